package uninstall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
)

const uninstallLong = `Take depctl out of the cluster, in an order in which nothing gets stuck:

  1. the admission policies or webhooks that hold annotated Jobs, so that new
     ones run;
  2. the gate, and wait until its pods are gone;
  3. the finalizer depctl.dev/result of every pod, depctl.dev/outcome of every
     Job, and the annotation depctl.dev/outcomes of every CronJob that has it;
  4. with --release, un-suspend the Jobs, JobSets and RayJobs that wait: they run
     at once, whatever they wait for. So do Pods, which lose their scheduling gate,
     and Deployments, whose pause ends. Those with the annotation depctl.dev/hold
     stay as they are;
  5. the gate's rights, its leash, and namespace depctl-system with all in it;
     a namespace of another name stays.

Without --release what waits stays suspended, and Deployments paused, and all are
listed with what they wait for. Their annotations stay, so that another installation goes on with
them. Pods that a Job with depctl.dev/keep-result makes later carry the finalizer
again: run the command once more when it is over.

What would be done, and whether you may, is asked of the API server before
anything is changed. To run it again is harmless: what is gone is passed over.`

const uninstallExample = `  # What would be done
  depctl uninstall --dry-run

  # Without being asked
  depctl uninstall --yes

  # And let all that waits run now
  depctl uninstall --release`

// uninstallOptions is what "depctl uninstall" was asked to do.
type uninstallOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.PassiveClock
	dryRun        string
	yes           bool
	release       bool
	keepNamespace bool
	timeout       time.Duration

	// The rest is filled in by complete.
	writer    *cluster.Writer
	installed cluster.Installation
	server    string
	progress  *command.Progress
}

// New returns "depctl uninstall".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &uninstallOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "uninstall [--dry-run] [--yes] [--release]",
		Short:                 "Take depctl out of the cluster",
		Long:                  uninstallLong,
		Example:               uninstallExample,
		Annotations:           map[string]string{command.AsksCluster: command.WholeCluster},
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(f); err != nil {
				return err
			}
			if err := o.complete(f); err != nil {
				return err
			}
			return o.run(cmd.Context(), cmd.CommandPath())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.dryRun, "dry-run", string(command.DryRunNone),
		"Change nothing and print what would be done: client, the default of --dry-run alone, or server, which also asks whether you may.")
	flags.Lookup("dry-run").NoOptDefVal = string(command.DryRunClient)
	flags.BoolVarP(&o.yes, "yes", "y", false, "Do not ask.")
	flags.BoolVar(&o.release, "release", false, "Un-suspend the Jobs that wait, and end the pause of Deployments: they run now, whatever they wait for.")
	flags.BoolVar(&o.keepNamespace, "keep-namespace", false, "Leave namespace depctl-system, without the gate.")
	flags.DurationVar(&o.timeout, "timeout", 2*time.Minute, "How long to wait for the gate to end, and for its namespace.")
	return cmd
}

func (o *uninstallOptions) validate(f *cluster.Factory) error {
	if f.GivenNamespace() != "" {
		return command.UsageErrorf("depctl is uninstalled from the whole cluster: there is no -n")
	}
	if o.timeout <= 0 {
		return command.UsageErrorf("--timeout must be more than 0")
	}
	if err := command.DryRun(o.dryRun).Validate(); err != nil {
		return err
	}
	if o.changes() && !o.yes && !f.Interactive(o.streams.In) {
		return command.UsageErrorf("there is no terminal to ask on: say --yes, or --dry-run")
	}
	return nil
}

func (o *uninstallOptions) changes() bool { return command.DryRun(o.dryRun) == command.DryRunNone }

func (o *uninstallOptions) complete(f *cluster.Factory) error {
	var err error
	o.progress = f.Progress(o.streams)
	o.streams = o.progress.Streams()
	o.writer, o.server, err = f.Writer()
	return err
}

func (o *uninstallOptions) run(ctx context.Context, called string) error {
	o.installed = o.writer.Installation(ctx)
	if release := o.installed.Release; release != "" {
		return fmt.Errorf("nothing was changed: Helm installed depctl, as release %s, and would not know that it is gone.\n"+
			"Uninstall it with Helm, which also frees what the gate keeps: helm -n %s uninstall %s", release, o.installed.Namespace, release)
	}
	if !o.changes() {
		r := o.removal(command.DryRun(o.dryRun), o.streams.Out)
		return errors.Join(command.Flatten(r.run(ctx)), o.report(r, called))
	}
	rehearsed := o.removal(command.DryRunServer, io.Discard)
	rehearsed.rehearsal = true
	if err := rehearsed.run(ctx); err != nil {
		return fmt.Errorf("nothing was changed: %w", command.Flatten(err))
	}
	if !rehearsed.tally.isNothing() && !o.yes {
		if err := o.ask(rehearsed.tally); err != nil {
			return err
		}
	}
	r := o.removal(command.DryRunNone, o.streams.Out)
	if err := r.run(ctx); err != nil {
		return fmt.Errorf("depctl is not uninstalled yet, %s: %w", r.tally.done(), command.Flatten(err))
	}
	return o.report(r, called)
}

func (o *uninstallOptions) removal(d command.DryRun, out io.Writer) *removal {
	writer := *o.writer
	writer.DryRun = d
	return &removal{
		Writer: &writer, installed: o.installed, out: out, clock: o.clock, progress: o.progress,
		timeout: o.timeout, release: o.release, keepNamespace: o.keepNamespace,
	}
}

// ask returns nil if the user says yes.
func (o *uninstallOptions) ask(t tally) error {
	return command.Confirm(o.streams, fmt.Sprintf("Uninstalling depctl from the cluster at %s: %s.", o.server, t.plan()))
}
