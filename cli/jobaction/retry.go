package jobaction

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

const retryLong = `Make Jobs that have failed again, each from its own spec, and every Job below
them that was skipped because of them, in any namespace. What succeeded stays as
it is and is not run again: this is DAGMan's rescue.

Each Job is deleted with its pods and recreated when they are gone, first those
that others wait for: so none of them ever sees the old outcome of another. What
the API server, the Job controller and the gate have added to the Job does not go
into the new one; with --dry-run -o yaml it is shown. Whether all of it is
allowed is asked before anything is deleted, and until all is done the manifests
are in a file whose name is printed. To run the command again after it was
interrupted is harmless: it goes on with what is left.

With --run, steps of a run get new Jobs under new names, of which the latest counts;
nothing is deleted. Without names, that is all of the run that has failed or was skipped.
What succeeded stays, unless it is below --from.

A JOB is NAME, NAMESPACE/NAME or job/NAME, and may have *, ? and [...] for several:
those that have not failed are passed over.

A Job that was named and has not failed stays, and the skipped ones below it are
recreated. One that would be skipped again at once, because something else that
it waits for has failed, is left and said. A Job of a CronJob stays the CronJob's,
which reports it once (UnexpectedJob). Jobs of other controllers, and of Kueue, are
refused: those make their Jobs themselves.`

const retryExample = `  # What failed, and all that was skipped because of it
  depctl retry extract

  # All that failed in the namespace; first see what would be done
  depctl retry --all --dry-run=server

  # What failed in a run, and was skipped; or one step and all that is below it
  depctl retry --run 20261129-021500
  depctl retry --run 20261129-021500 --from extract

  # The manifests that would be made
  depctl retry extract --dry-run -o yaml`

// retryOptions is what "depctl retry" was asked to do.
type retryOptions struct {
	acting
	only    bool
	from    []string
	timeout time.Duration
}

// NewRetry returns "depctl retry".
func NewRetry(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &retryOptions{acting: newActing(f, streams, "retry", "retried")}
	cmd := &cobra.Command{
		Use:         "retry JOB... | -l LABELS | --all | --run NAME [STEP... | --from STEP] [--only]",
		Short:       "Make failed Jobs again, and those skipped below them",
		Long:        retryLong,
		Example:     retryExample,
		Annotations: map[string]string{command.AsksCluster: ""},
		ValidArgsFunction: f.CompleteJobs(func(job gate.Job) bool {
			return isOver(job) && remakeable(job) == nil
		}),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.timeout <= 0 {
				return command.UsageErrorf("--timeout must be more than 0")
			}
			switch {
			case len(o.from) > 0 && o.run == "":
				return command.UsageErrorf("--from needs --run: it names a step of a run")
			case len(o.from) > 0 && len(args) > 0:
				return command.UsageErrorf("names exclude --from, which takes the steps below, too")
			case o.run != "" && (o.selector != "" || o.allNamespaces):
				return command.UsageErrorf("-l and -A exclude --run: name steps of the run, or none for all that failed")
			}
			if err := o.complete(f, cmd, len(args)); err != nil {
				return err
			}
			if o.run != "" {
				return o.retryRun(cmd.Context(), args)
			}
			return o.act(cmd.Context(), args)
		},
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&o.only, "only", false, "Not those below them.")
	cmd.Flags().StringSliceVar(&o.from, "from", nil, "With --run: this `STEP` and all below it in the run, whatever came of them; may be repeated.")
	_ = cmd.RegisterFlagCompletionFunc("from", f.CompleteSteps)
	cmd.Flags().DurationVar(&o.timeout, "timeout", 2*time.Minute, "How long to wait for each Job to be gone, and for room to recreate it.")
	return cmd
}

func (o *retryOptions) act(ctx context.Context, names []string) error {
	o.chosen = func(t cluster.LiveJob) bool { return isOver(t.Job) }
	found, err := o.find(ctx, names, o.fits)
	if err != nil || len(found) == 0 {
		return err
	}
	w, err := o.everything(ctx, found)
	if err != nil {
		return err
	}
	w.Graph.Settle()
	plan := newRetryPlan(w, knownAs(w, found), !o.only)
	if err := o.explainPlan(w, plan, found); err != nil {
		return err
	}
	if len(plan.jobs) == 0 {
		return fmt.Errorf("%w: there is nothing to recreate", command.ErrUnchanged)
	}
	if err := o.ask("delete and recreate", namesOf(w, plan.jobs)); err != nil {
		return err
	}
	if err := o.remake(ctx, namesOf(w, plan.jobs)); err != nil || !o.changes() || o.only {
		return err
	}
	return o.lookAgain(ctx, w, found)
}

// lookAgain says which Jobs below were skipped while others were recreated: they
// still waited when it was looked, and the gate had seen the failure already.
func (o *retryOptions) lookAgain(ctx context.Context, before *snapshot.World, found []cluster.LiveJob) error {
	after, err := o.everything(ctx, found)
	if err != nil {
		return err
	}
	after.Graph.Settle()
	var late []lang.Ref
	for _, ref := range newRetryPlan(after, knownAs(after, found), true).jobs {
		if old, there := before.Jobs[ref]; there && old.UID == after.Jobs[ref].UID && !isOver(old) {
			late = append(late, ref)
		}
	}
	if len(late) == 0 {
		return nil
	}
	return o.note("Skipped meanwhile: %s; run the command again to retry %s too", o.names(namesOf(after, late)), pronoun(len(late)))
}

func pronoun(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// fits returns why a Job cannot be retried. One that was named and has not failed
// is fine: the command may have been interrupted below it.
func (o *retryOptions) fits(t cluster.LiveJob) error {
	if o.only && !isOver(t.Job) {
		return fmt.Errorf("job %s has not failed", t.Identity())
	}
	if !isOver(t.Job) {
		return nil
	}
	return errors.Join(remakeable(t.Job), ownedByOther(t))
}

// remakeable returns why the Job must not be recreated from what is in it.
func remakeable(job gate.Job) error {
	switch {
	case job.ForeignOwner != "":
		return fmt.Errorf("job %s belongs to %s, which may have changed its spec: recreate it from its manifest", job.Identity(), job.ForeignOwner)
	case job.InQueue && job.Released:
		return fmt.Errorf("job %s was in a queue of Kueue, which may have changed its spec: recreate it from its manifest", job.Identity())
	case job.BeingDeleted:
		return fmt.Errorf("job %s is being deleted", job.Identity())
	case job.Object.Reason == gate.ReasonDeclaredFailed:
		return fmt.Errorf("job %s was declared failed, and has nothing to run; to declare it done: kubectl delete job %s -n %s && depctl done %s -n %s",
			job.Identity(), job.Name, job.Namespace, job.Name, job.Namespace)
	}
	return nil
}

// ownedByOther returns why a Job is not the user's to recreate.
func ownedByOther(t cluster.LiveJob) error {
	owner := metav1.GetControllerOf(t.Full)
	if owner == nil || owner.Kind == "CronJob" {
		return nil
	}
	return fmt.Errorf("job %s belongs to %s %s, which makes its Jobs itself: retry that", t.Identity(), owner.Kind, owner.Name)
}

// everything returns the Jobs of all namespaces, or as many as the user may list:
// Jobs of other namespaces may wait for those that are acted on.
func (a *acting) everything(ctx context.Context, about []cluster.LiveJob) (*snapshot.World, error) {
	w, err := a.client.ReadAll(ctx, a.clock.Now())
	if !apierrors.IsForbidden(err) {
		if err = a.client.Explain(ctx, err, cluster.Right{Verb: "list", Kind: cluster.JobKind, Subresource: "", Namespace: ""}, lang.Ref{}); err != nil {
			return nil, err
		}
		w.Access = snapshot.Hopeful{Access: w.Access}
		return w, nil
	}
	r := a.client.Reader("").Reading(a.clock.Now())
	r.World.Access = snapshot.Hopeful{Access: r.World.Access}
	listed := map[string]bool{}
	for _, t := range about {
		if listed[t.Namespace] {
			continue
		}
		listed[t.Namespace] = true
		if err := r.List(ctx, t.Namespace); err != nil {
			return nil, a.client.Explain(ctx, err, cluster.Right{Verb: "list", Kind: cluster.JobKind, Subresource: "", Namespace: t.Namespace}, lang.Ref{})
		}
	}
	if a.limited {
		return r.World, nil
	}
	a.limited = true
	return r.World, a.note("You may not list the Jobs of all namespaces: those of others that wait are not looked at.")
}

// explainPlan says what is left out of it, and why.
func (o *retryOptions) explainPlan(w *snapshot.World, plan *retryPlan, found []cluster.LiveJob) error {
	var notes []string
	for _, t := range found {
		if !isOver(t.Job) {
			ref := w.RefOf(t.Identity())
			state := gate.StateOf(w.Jobs[ref], w.Decide(ref))
			notes = append(notes, fmt.Sprintf("%s has not failed and stays: it is %s", o.short(t.Identity()), state))
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(plan.hopeless), lang.Ref.Compare) {
		notes = append(notes, fmt.Sprintf("%s stays, it would be skipped again at once: %s", o.short(ref), plan.hopeless[ref]))
	}
	for _, ref := range plan.broken {
		notes = append(notes, fmt.Sprintf("%s stays: some of its elements may have run, and would run again. To recreate it whole: %s retry %s", o.short(ref), o.command, o.short(ref)))
	}
	return command.PrintNotes(o.streams.ErrOut, notes)
}
