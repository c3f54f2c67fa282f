package jobaction

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/stamp"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// retriedRun is a run of which steps are recreated, under new names: the Jobs that were
// there stay, and the latest of each step counts.
type retriedRun struct {
	// latest has the Job of each step, and tries how many there are.
	latest map[lang.Ref]cluster.LiveJob
	tries  map[lang.Ref]int
	names  map[lang.Ref]bool
}

// retryRun makes steps of a run again: those that were named, or all that have failed or
// were skipped, and what --from names with all that is below.
func (o *retryOptions) retryRun(ctx context.Context, names []string) error {
	found, err := o.client.List(ctx, o.namespace, gate.RunLabel+"="+o.run)
	if err != nil {
		return err
	}
	r := newRetriedRun(found)
	named, err := o.stepsOf(r, names)
	if err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
	}
	from, err := o.stepsOf(r, o.from)
	if err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
	}
	if len(names)+len(o.from) == 0 { // patterns may mean nothing
		named = slices.SortedFunc(maps.Keys(r.latest), lang.Ref.Compare)
	}
	w, err := o.everything(ctx, found)
	if err != nil {
		return err
	}
	w.Settle()
	plan := newRetryPlan(w, named, !o.only)
	chosen := map[lang.Ref]bool{}
	var outside []lang.Ref
	for _, ref := range plan.jobs {
		if r.has(ref) {
			chosen[ref] = true
		} else {
			outside = append(outside, w.Jobs[ref].Identity())
		}
	}
	if err := o.addBelow(w, r, from, chosen); err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
	}
	order := inOrder(w, chosen)
	for _, ref := range order {
		t := r.latest[ref]
		if err := errors.Join(remakeable(t.Job), ownedByOther(t)); err != nil {
			return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
		}
		if t.FailFast { // while one has failed, the others would go with it
			slices.SortStableFunc(order, func(a, b lang.Ref) int { return failedFirst(w, a) - failedFirst(w, b) })
			break
		}
	}
	if err := o.explainPlan(w, plan, nil); err != nil {
		return err
	}
	if len(outside) > 0 {
		if err := o.note("Skipped because of this run, and not in it: %s; to retry %s too, name %s without --run", o.names(outside), pronoun(len(outside)), pronoun(len(outside))); err != nil {
			return err
		}
	}
	if len(order) == 0 {
		return fmt.Errorf("%w: nothing of run %s has failed or was skipped; to run a step again that succeeded, and what is below it: %s retry --run %s --from STEP", command.ErrUnchanged, o.run, o.command, o.run)
	}
	if err := o.ask("retry", order); err != nil {
		return err
	}
	return o.makeSteps(ctx, r, order)
}

func failedFirst(w *snapshot.World, ref lang.Ref) int {
	if w.Jobs[ref].Outcome() == lang.Failed {
		return 0
	}
	return 1
}

func newRetriedRun(found []cluster.LiveJob) *retriedRun {
	r := &retriedRun{latest: map[lang.Ref]cluster.LiveJob{}, tries: map[lang.Ref]int{}, names: map[lang.Ref]bool{}}
	for _, t := range found {
		step := t.Step()
		r.tries[step]++
		r.names[t.Identity()] = true
		if before, there := r.latest[step]; !there || gate.Newer(t.Job, before.Job) {
			r.latest[step] = t
		}
	}
	return r
}

func (r *retriedRun) has(ref lang.Ref) bool {
	_, there := r.latest[ref]
	return there
}

// stepsOf returns the steps that were named.
func (o *retryOptions) stepsOf(r *retriedRun, names []string) ([]lang.Ref, error) {
	if len(r.latest) == 0 {
		return nil, cluster.NoStep(lang.Ref{Namespace: o.namespace, Run: o.run}, maps.Keys(r.latest))
	}
	refs := make([]lang.Ref, 0, len(names))
	for _, name := range names {
		ref, err := command.Named(name, o.namespace)
		if err != nil {
			return nil, err
		}
		found, err := cluster.StepsMeant(ref, o.run, maps.Keys(r.latest))
		if err != nil {
			return nil, err
		}
		refs = append(refs, found...)
	}
	return refs, nil
}

// addBelow adds steps and what is below them in the run, whatever came of it. What waits
// stays, and waits for the new ones; what runs has read what the old ones left.
func (o *retryOptions) addBelow(w *snapshot.World, r *retriedRun, from []lang.Ref, chosen map[lang.Ref]bool) error {
	seen := map[lang.Ref]bool{}
	for next := from; len(next) > 0; {
		ref := next[0]
		if next = next[1:]; seen[ref] || !r.has(ref) {
			continue
		}
		seen[ref] = true
		next = append(next, w.Graph.Dependents(ref)...)
		switch job := w.Jobs[ref]; {
		case job.Outcome() != lang.Undecided:
			chosen[ref] = true
		case job.AsksToWait() && !job.Released:
		default:
			return fmt.Errorf("step %s of run %s runs, and would run twice: wait until it is over, or stop it: %s cancel --run %s %s", o.short(ref), o.run, o.command, o.run, o.short(ref))
		}
	}
	return nil
}

// makeSteps tries all out, and makes it, first what others wait for.
func (o *retryOptions) makeSteps(ctx context.Context, r *retriedRun, order []lang.Ref) error {
	all := make([]remaking, len(order))
	for i, ref := range order {
		all[i] = remaking{old: r.latest[ref], anew: stamp.Again(r.latest[ref].Raw, ref.Name, r.name(ref))}
	}
	if o.client.DryRun != command.DryRunClient {
		if err := o.rehearseSteps(ctx, all); err != nil {
			return fmt.Errorf("%w: %w", command.ErrUnchanged, command.Flatten(err))
		}
	}
	o.progress.Begin("Making Jobs", len(all))
	defer o.progress.End()
	for i, m := range all {
		o.progress.Set(i)
		made, err := o.client.Create(ctx, m.anew)
		if err != nil {
			err = o.client.Explain(ctx, err, cluster.Right{Verb: "create", Kind: cluster.JobKind, Namespace: m.old.Namespace}, lang.Job(m.anew.GetNamespace(), m.anew.GetName()))
			return fmt.Errorf("%w\n%s", err, o.leftOf(order, i))
		}
		t, err := cluster.NewLiveJob(made)
		if err != nil {
			return err
		}
		if err := o.say(t, "created"); err != nil {
			return err
		}
	}
	return nil
}

// name returns a name for the next Job of a step.
func (r *retriedRun) name(step lang.Ref) string {
	for try := r.tries[step]; ; try++ {
		name := stamp.Name(step.Name, step.Run, try, r.latest[step].Full)
		if !r.names[lang.Job(step.Namespace, name)] {
			return name
		}
	}
}

// rehearseSteps asks whether all may be made, and returns when each would be later than
// the Job in whose place it is: times of creation are cut to seconds.
func (o *retryOptions) rehearseSteps(ctx context.Context, all []remaking) error {
	client := *o.client
	client.DryRun = command.DryRunServer
	o.progress.Begin("Trying out Jobs", len(all))
	defer o.progress.End()
	var failed []error
	for i, m := range all {
		o.progress.Set(i)
		for {
			made, err := client.Create(ctx, m.anew)
			if err != nil && !apierrors.IsBadRequest(err) {
				failed = append(failed, client.Explain(ctx, err, cluster.Right{Verb: "create", Kind: cluster.JobKind, Namespace: m.old.Namespace}, lang.Job(m.anew.GetNamespace(), m.anew.GetName())))
			}
			if err != nil || made.GetCreationTimestamp().Time.IsZero() || made.GetCreationTimestamp().After(m.old.Created) {
				break
			}
			command.Sleep(ctx, 100*time.Millisecond)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	o.client.Person = client.Person
	return errors.Join(failed...)
}

// leftOf says what is done and what is not, and how to go on.
func (o *retryOptions) leftOf(order []lang.Ref, made int) string {
	var options []string
	for _, ref := range order[made:] {
		options = append(options, "--from "+o.short(ref))
	}
	return fmt.Sprintf("%d of %s were made; to go on: %s retry --run %s %s", made, command.Count(len(order), "step"), o.command, o.run, strings.Join(options, " "))
}
