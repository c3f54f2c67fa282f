package jobaction

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

const cancelLong = `Delete Jobs that have not ended, with their pods, and wait until these are gone.
What waits for them goes on waiting, in case they are recreated. With
--downstream, all Jobs go too that wait and can no longer run, in any namespace,
directly or through others: those first, so that none of them is ever decided
about when what it waits for has just gone. A Job that has another way to run, as
in "load or fallback", stays.

A JOB is NAME, NAMESPACE/NAME or job/NAME, and may have *, ? and [...] for several:
those that have ended are passed over.

With --keep the Jobs are failed instead, for the reason Cancelled: their pods
end, their records stay, "depctl retry" makes them again, and what waits for
their success is skipped by itself.`

const cancelExample = `  # One Job, and all that can no longer run then
  depctl cancel extract --downstream --dry-run
  depctl cancel extract --downstream

  # Stop it, and see later that it was stopped
  depctl cancel --keep extract`

// cancelOptions is what "depctl cancel" was asked to do.
type cancelOptions struct {
	acting
	downstream, keep, wait bool
	timeout                time.Duration
}

// NewCancel returns "depctl cancel".
func NewCancel(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &cancelOptions{acting: newActing(f, streams, "cancel", "cancelled")}
	cmd := &cobra.Command{
		Use:         "cancel JOB... | -l LABELS | --all | --run NAME [--downstream | --keep]",
		Short:       "Delete Jobs that have not ended, or fail them",
		Long:        cancelLong,
		Example:     cancelExample,
		Annotations: map[string]string{command.AsksCluster: ""},
		ValidArgsFunction: f.CompleteJobs(func(job gate.Job) bool {
			return cancellable(job) == nil
		}),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.timeout <= 0:
				return command.UsageErrorf("--timeout must be more than 0")
			case o.downstream && o.keep:
				return command.UsageErrorf("--downstream and --keep exclude each other: what waits for the success of a Job that failed is skipped by itself")
			}
			if err := o.complete(f, cmd, len(args)); err != nil {
				return err
			}
			return o.act(cmd.Context(), args)
		},
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&o.downstream, "downstream", false, "Cancel all Jobs too that can no longer run then.")
	cmd.Flags().BoolVar(&o.keep, "keep", false, "Fail the Jobs instead of deleting them.")
	cmd.Flags().BoolVar(&o.wait, "wait", true, "Wait until the Jobs and their pods are gone.")
	cmd.Flags().DurationVar(&o.timeout, "timeout", 2*time.Minute, "How long to wait for each Job to be gone.")
	return cmd
}

func cancellable(job gate.Job) error {
	switch {
	case job.Outcome() != lang.Undecided, job.Ending:
		return fmt.Errorf("job %s has ended", job.Identity())
	case job.BeingDeleted:
		return fmt.Errorf("job %s is being deleted", job.Identity())
	}
	return nil
}

func (o *cancelOptions) act(ctx context.Context, names []string) error {
	found, err := o.find(ctx, names, func(t cluster.LiveJob) error { return cancellable(t.Job) })
	if err != nil || len(found) == 0 {
		return err
	}
	if o.downstream {
		if found, err = o.below(ctx, found); err != nil {
			return err
		}
	}
	what := "delete"
	if o.keep {
		what = "fail"
	}
	if err := o.ask(what, refsOf(found)); err != nil {
		return err
	}
	if o.keep {
		return o.fail(ctx, found)
	}
	return o.remove(ctx, found)
}

// below returns the Jobs and what can no longer run without them, that first.
func (o *cancelOptions) below(ctx context.Context, found []cluster.LiveJob) ([]cluster.LiveJob, error) {
	w, err := o.everything(ctx, found)
	if err != nil {
		return nil, err
	}
	named := map[lang.Ref]cluster.LiveJob{}
	for _, t := range found {
		named[w.RefOf(t.Identity())] = t
	}
	var all []cluster.LiveJob
	for _, ref := range stranding(w, knownAs(w, found)) {
		t, ok := named[ref]
		if !ok {
			if t, err = o.client.Get(ctx, w.Jobs[ref].Identity()); err != nil {
				return nil, fmt.Errorf("%w: %w", command.ErrUnchanged, err)
			}
			ok = snapshot.NotWaiting(t.Job) == nil
		}
		if ok {
			all = append(all, t)
		}
	}
	return all, nil
}

// remove deletes Jobs, and waits for all of them together.
func (o *cancelOptions) remove(ctx context.Context, all []cluster.LiveJob) error {
	if err := o.rehearse(ctx, all); err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, command.Flatten(err))
	}
	for _, t := range all {
		if err := o.client.Remove(ctx, t); err != nil {
			return err
		}
		if err := o.say(t, o.done); err != nil {
			return err
		}
		if owner := metav1.GetControllerOf(t.Full); owner != nil {
			if err := o.note("%s belonged to %s %s, which may recreate it", o.short(t.Identity()), owner.Kind, owner.Name); err != nil {
				return err
			}
		}
	}
	if !o.wait || !o.changes() {
		return nil
	}
	for _, t := range all {
		if err := o.client.AwaitGone(ctx, t, o.timeout); err != nil {
			return err
		}
	}
	return nil
}

// rehearse asks whether all may be deleted: half of a graph is no better than all.
func (o *cancelOptions) rehearse(ctx context.Context, all []cluster.LiveJob) error {
	if len(all) < 2 || !o.changes() {
		return nil
	}
	client := *o.client
	client.DryRun = command.DryRunServer
	var failed []error
	for _, t := range all {
		var no *cluster.Denied
		if err := client.Remove(ctx, t); errors.As(err, &no) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// fail makes the Job controller fail Jobs.
func (o *cancelOptions) fail(ctx context.Context, all []cluster.LiveJob) error {
	by := cmp.Or(o.client.User(ctx), "somebody") + " (depctl cancel --keep)"
	return o.each(all, func(t cluster.LiveJob) error {
		if t.Full.Spec.ManagedBy != nil && t.ForeignOwner != "" {
			return fmt.Errorf("job %s: %s would not see it; cancel it without --keep", t.Identity(), t.ForeignOwner)
		}
		after, _, err := o.client.Apply(ctx, t, cluster.Change{Kind: types.StrategicMergePatchType, Of: "status", Patch: func(t cluster.LiveJob) ([]byte, error) {
			if err := cancellable(t.Job); err != nil {
				return nil, err
			}
			return gate.CancelPatch(t.Job, by, o.clock.Now())
		}})
		if err != nil {
			return err
		}
		return o.say(after, o.done)
	})
}
