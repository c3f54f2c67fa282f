package jobaction

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

const releaseLong = `Take the hold off Jobs that "depctl hold" or "depctl submit --hold" has put there,
and say what they wait for now. A Job that waits for nothing else runs.

With --force they run now, whatever they wait for, a hold too, and what was
skipped is said. The Job keeps a record of who did it. Of a Job that is released
element by element, all elements that have a pod are let go, for which you must
be allowed to list and patch pods.

A JOB is NAME, NAMESPACE/NAME, job/NAME or KIND/NAME, and may have *, ? and [...] for
several: those that are not held are passed over.

A forced release cannot be taken back: suspending a Job that runs kills its pods.

Of cronjob/NAME it takes spec.suspend off: Kubernetes makes Jobs of it again, of
the time that is due now, too.`

const releaseExample = `  # Let it wait for its dependencies again
  depctl release load

  # Run it now
  depctl release --force load

  # Let a CronJob run again
  depctl release cronjob/night`

// releaseOptions is what "depctl release" was asked to do.
type releaseOptions struct {
	acting
	force bool
}

// NewRelease returns "depctl release".
func NewRelease(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &releaseOptions{acting: newActing(f, streams, "release", "released")}
	o.held = true
	cmd := &cobra.Command{
		Use:         "release (JOB | cronjob/NAME)... | -l LABELS | --all | --run NAME [--force]",
		Short:       "Take the hold off Jobs, or run them now",
		Long:        releaseLong,
		Example:     releaseExample,
		Annotations: map[string]string{command.AsksCluster: ""},
		ValidArgsFunction: f.OrCronJobs(f.CompleteWaiting(func(job gate.Job) bool {
			return onlyHeld(job) || snapshot.NotWaiting(job) == nil && (job.OnHold || o.force)
		})),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(f, cmd, len(args)); err != nil {
				return err
			}
			return o.act(cmd.Context(), args)
		},
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&o.force, "force", false, "Run them now, whatever they wait for.")
	return cmd
}

func (o *releaseOptions) act(ctx context.Context, names []string) error {
	cronJobs, err := o.cronJobs(names, map[string]bool{"--force": o.force})
	if err != nil {
		return err
	}
	if len(cronJobs) > 0 {
		return o.suspend(ctx, cronJobs, false, "resumed")
	}
	o.chosen = func(t cluster.LiveJob) bool { return o.force || t.OnHold }
	found, err := o.find(ctx, names, func(t cluster.LiveJob) error {
		if onlyHeld(t.Job) {
			return nil
		}
		return snapshot.NotWaiting(t.Job)
	})
	if err != nil || len(found) == 0 {
		return err
	}
	what := "take the hold off"
	if o.force {
		what = "run, whatever they wait for,"
	}
	if err := o.ask(what, refsOf(found)); err != nil {
		return err
	}
	w, err := o.read(ctx, commonNamespace(found))
	if err != nil {
		return err
	}
	if o.force && w != nil {
		w.Access = snapshot.Hopeful{Access: w.Access} // of what is skipped, no right is known
	}
	return o.each(found, func(t cluster.LiveJob) error { return o.release(ctx, t, w) })
}

func (o *releaseOptions) release(ctx context.Context, t cluster.LiveJob, w *snapshot.World) error {
	if onlyHeld(t.Job) {
		return o.start(ctx, t)
	}
	if o.force {
		return o.forceRelease(ctx, t, w)
	}
	after, changed, err := o.client.Apply(ctx, t, cluster.Change{Kind: types.MergePatchType, Patch: func(t cluster.LiveJob) ([]byte, error) {
		if !t.OnHold {
			return nil, nil
		}
		return gate.EditPatch(t.Job, map[string]*string{gate.HoldAnnotation: nil})
	}})
	if err != nil {
		return err
	}
	if err := o.say(after, unlessUnchanged(changed, o.done)); err != nil || w == nil {
		return err
	}
	free := after.Job
	free.Condition = nil // the gate has not looked at it since
	w.Add(free)
	return o.tell(after, w)
}

// onlyHeld reports whether a Job waits for nobody but a person, as "depctl submit
// --hold" leaves it.
func onlyHeld(job gate.Job) bool {
	with := job
	with.Annotated = true
	return !job.AsksToWait() && job.OnHold && job.Suspended && snapshot.NotWaiting(with) == nil
}

// start runs a Job that was only held.
func (o *releaseOptions) start(ctx context.Context, t cluster.LiveJob) error {
	after, changed, err := o.client.Apply(ctx, t, cluster.Change{Kind: types.MergePatchType, Patch: func(t cluster.LiveJob) ([]byte, error) {
		if !onlyHeld(t.Job) {
			return nil, snapshot.NotWaiting(t.Job)
		}
		return gate.StartPatch(t.Job)
	}})
	if err != nil {
		return err
	}
	return o.say(after, unlessUnchanged(changed, o.done))
}

// tell says what becomes of a Job that nobody holds any more.
func (o *releaseOptions) tell(t cluster.LiveJob, w *snapshot.World) error {
	w.Settle()
	switch d := w.Decide(w.RefOf(t.Identity())); {
	case d.Action == gate.Releasing:
		return o.note("%s: all met, the gate releases it now", o.short(t.Identity()))
	case d.Message != "":
		return o.note("%s: %s (--force runs it now)", o.short(t.Identity()), d.Message)
	}
	return nil
}

// forceRelease runs one Job now, or all of its elements.
func (o *releaseOptions) forceRelease(ctx context.Context, t cluster.LiveJob, w *snapshot.World) error {
	if snapshot.ByElement(t.Job) {
		return o.openElements(ctx, t)
	}
	by := o.client.User(ctx)
	if by == "" {
		by = "somebody"
	}
	by += " (depctl release --force)"
	var skipped cluster.LiveJob
	after, _, err := o.client.Apply(ctx, t, cluster.Change{Kind: types.JSONPatchType, Patch: func(t cluster.LiveJob) ([]byte, error) {
		if err := snapshot.NotWaiting(t.Job); err != nil {
			return nil, err
		}
		skipped = t
		if !t.IsJob() {
			return gate.ForceHeldPatch(t.Job, by, o.clock.Now())
		}
		return gate.ForcePatch(t.Full, by, o.clock.Now())
	}})
	if err != nil {
		return err
	}
	if err := o.say(after, o.done); err != nil || w == nil {
		return err
	}
	w.Add(skipped.Job)
	return o.note("%s: skipped %s", o.short(t.Identity()), strings.Join(skips(w, skipped.Job), ", "))
}

// skips returns, in words, what a Job would still wait for.
func skips(w *snapshot.World, job gate.Job) []string {
	var items []string
	if job.OnHold {
		items = append(items, "a hold by a person: "+picture.OneLine(gate.HoldAnnotation+"="+job.Hold))
	}
	if w.Invalid[w.RefOf(job.Identity())] != nil {
		items = append(items, "an expression that cannot be read")
	}
	for _, reason := range w.Unmet(w.RefOf(job.Identity())) {
		items = append(items, reason.String())
	}
	if expr := w.Graph.Expr(w.RefOf(job.Identity())); expr != nil && expr.Elementwise() {
		items = append(items, "what its elements wait for one by one")
	}
	if len(items) == 0 {
		items = []string{"nothing: all met"}
	}
	return items
}

// openElements lets all elements go that have a pod. The gate is not needed.
func (o *releaseOptions) openElements(ctx context.Context, t cluster.LiveJob) error {
	if t.OnHold {
		after, _, err := o.client.Apply(ctx, t, cluster.Change{Kind: types.MergePatchType, Patch: func(t cluster.LiveJob) ([]byte, error) {
			return gate.EditPatch(t.Job, map[string]*string{gate.HoldAnnotation: nil})
		}})
		if err != nil {
			return err
		}
		t = after
	}
	opened := 0
	for {
		waiting, err := o.client.GatedPods(ctx, t)
		if err != nil {
			return o.halfOpen(t, opened, err)
		}
		if len(waiting) == 0 {
			return o.opened(ctx, t, opened)
		}
		before := opened
		for _, pod := range waiting {
			there, err := o.client.OpenPod(ctx, t, pod)
			if err != nil {
				return o.halfOpen(t, opened, err)
			}
			if there {
				opened++
			}
		}
		// The Job controller may have made more meanwhile.
		if !o.changes() || opened == before {
			return o.opened(ctx, t, opened)
		}
	}
}

// halfOpen says of an error how far it got, and the way without rights on pods.
func (o *releaseOptions) halfOpen(t cluster.LiveJob, opened int, err error) error {
	return fmt.Errorf("%s of job %s let go: %w\nWithout rights on pods, take the annotation away, and the gate lets all elements go:\n  kubectl annotate job %s -n %s %s-",
		command.Count(opened, "element"), t.Identity(), err, t.Name, t.Namespace, gate.DependsOnAnnotation)
}

// opened says how many elements were let go, and how many not yet.
func (o *releaseOptions) opened(ctx context.Context, t cluster.LiveJob, opened int) error {
	if err := o.say(t, unlessUnchanged(opened > 0, o.done)); err != nil {
		return err
	}
	text := fmt.Sprintf("%s: let go %s", o.short(t.Identity()), command.Count(opened, "element"))
	if o.changes() {
		missing, err := o.client.Podless(ctx, t)
		if err != nil {
			return err
		}
		if missing > 0 {
			text += fmt.Sprintf("; %d have no pod yet and wait: run the command again when they have", missing)
		}
	}
	return o.note("%s", text)
}
