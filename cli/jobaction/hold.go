package jobaction

import (
	"context"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

const holdLong = `Keep Jobs from being released, until "depctl release" lets them go. What they
wait for goes on; a wait-timeout stands still. Of a Job that is released element
by element, the elements that wait are held.

A Job that runs is not stopped by this, and is refused.

A JOB is NAME, NAMESPACE/NAME, job/NAME or KIND/NAME, and may have *, ? and [...] for
several: those that do not wait are passed over.

It sets the annotation depctl.dev/hold, so whoever may patch a Job may hold it.

Of cronjob/NAME it sets spec.suspend: Kubernetes makes no more Jobs of it. Those that
are there are not held.`

const holdExample = `  # One Job, and why
  depctl hold load --reason 'until the disk is bigger'

  # All whose names begin so
  depctl hold 'load-*'

  # All of a team that still wait
  depctl hold -l team=data -A

  # No more runs of a CronJob
  depctl hold cronjob/night

  # Drain a namespace: who runs goes on, and of those that are there none starts
  depctl hold --all -n etl --reason 'maintenance'`

// holdOptions is what "depctl hold" was asked to do.
type holdOptions struct {
	acting
	reason string
}

// NewHold returns "depctl hold".
func NewHold(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &holdOptions{acting: newActing(f, streams, "hold", "held")}
	o.held = true
	cmd := &cobra.Command{
		Use:                   "hold (JOB | cronjob/NAME)... | -l LABELS | --all | --run NAME [--reason TEXT]",
		Short:                 "Keep Jobs from being released",
		Long:                  holdLong,
		Example:               holdExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		ValidArgsFunction:     f.OrCronJobs(f.CompleteWaiting(func(job gate.Job) bool { return snapshot.NotWaiting(job) == nil && !job.OnHold })),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(f, cmd, len(args)); err != nil {
				return err
			}
			return o.act(cmd.Context(), args)
		},
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&o.reason, "reason", "", "Why, for those who wonder.")
	return cmd
}

func (o *holdOptions) act(ctx context.Context, names []string) error {
	cronJobs, err := o.cronJobs(names, map[string]bool{"--reason": o.reason != ""})
	if err != nil {
		return err
	}
	if len(cronJobs) > 0 {
		return o.suspend(ctx, cronJobs, true, "suspended")
	}
	found, err := o.find(ctx, names, func(t cluster.LiveJob) error { return snapshot.NotWaiting(t.Job) })
	if err != nil {
		return err
	}
	if err := o.ask("hold", refsOf(found)); err != nil {
		return err
	}
	return o.each(found, func(t cluster.LiveJob) error {
		after, changed, err := o.client.Apply(ctx, t, cluster.Change{Kind: types.MergePatchType, Patch: func(t cluster.LiveJob) ([]byte, error) {
			if err := snapshot.NotWaiting(t.Job); err != nil {
				return nil, err
			}
			if t.OnHold && (t.Hold == o.reason || o.reason == "") {
				return nil, nil
			}
			return gate.EditPatch(t.Job, map[string]*string{gate.HoldAnnotation: &o.reason})
		}})
		if err != nil {
			return err
		}
		return o.say(after, unlessUnchanged(changed, o.done))
	})
}

// refsOf returns Jobs by their own names, as people are asked about them.
func refsOf(all []cluster.LiveJob) []lang.Ref {
	refs := make([]lang.Ref, len(all))
	for i, t := range all {
		refs[i] = t.Identity()
	}
	return refs
}

// knownAs returns Jobs as a world knows them: those of runs as their steps.
func knownAs(w *snapshot.World, all []cluster.LiveJob) []lang.Ref {
	refs := refsOf(all)
	for i, ref := range refs {
		refs[i] = w.RefOf(ref)
	}
	return refs
}

// namesOf returns Jobs that a world knows by their own names.
func namesOf(w *snapshot.World, refs []lang.Ref) []lang.Ref {
	names := make([]lang.Ref, len(refs))
	for i, ref := range refs {
		names[i] = w.Jobs[ref].Identity()
	}
	return names
}

// unlessUnchanged returns what is said of a Job: kubectl's unchanged if nothing was to do.
func unlessUnchanged(changed bool, done string) string {
	if changed {
		return done
	}
	return "unchanged"
}
