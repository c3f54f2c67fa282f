package done

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/stamp"
)

const doneLong = `Make a Job that is over at once. So a Job can wait for what no Job does: a person
who approves, a file that arrives, a system outside. It names it, as any other.

The Job has no pod. --result is what it says, for succeeded(NAME, result=TEXT). With
--failed it has failed with the reason DeclaredFailed, which failed(NAME) waits for, and
what waits for NAME alone is skipped. The annotation depctl.dev/done-by has who said so.

With --run the Job is the step NAME of that run. Said before "depctl run" makes the run,
the run makes only the other steps.

Said twice, it is done once. A Job of that name that is another one is left alone.`

const doneExample = `  # What waits for approval may run
  depctl done approval

  # It was refused, and why
  depctl done approval --failed --reason 'not before Monday'

  # What waits for the choice gets it as its result
  depctl done choice --result blue

  # Tonight's run needs no extract
  depctl done extract --run 2026-11-29`

// doneOptions is what "depctl done" was asked to do.
type doneOptions struct {
	streams        genericiooptions.IOStreams
	clock          clock.PassiveClock
	done           stamp.Done
	dryRun, output string

	// The rest is filled in by complete.
	client     *cluster.JobClient
	structured printers.ResourcePrinter
}

// New returns "depctl done".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &doneOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "done NAME [--run NAME] [--result TEXT | --failed [--reason TEXT]]",
		Short:                 "Say that something is over",
		Long:                  doneLong,
		Example:               doneExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(f, args); err != nil {
				return err
			}
			return o.act(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.done.Run, "run", "", "The `NAME` of the run whose step it is.")
	flags.StringVar(&o.done.Result, "result", "", "What it says, a `TEXT` of less than 4096 bytes.")
	flags.BoolVar(&o.done.Failed, "failed", false, "Say that it has failed.")
	flags.StringVar(&o.done.Why, "reason", "", "With --failed: why, a `TEXT` for those who wonder.")
	flags.StringVar(&o.dryRun, "dry-run", string(command.DryRunNone), "Make nothing: client, the default of --dry-run alone, or server, which also asks the API server.")
	flags.Lookup("dry-run").NoOptDefVal = string(command.DryRunClient)
	flags.StringVarP(&o.output, "output", "o", "", "Output format: name, json or yaml.")
	return cmd
}

func (o *doneOptions) complete(f *cluster.Factory, args []string) (err error) {
	switch {
	case len(args) == 0:
		return command.UsageErrorf("there is no name: give that which others wait for")
	case len(args) > 1:
		return command.UsageErrorf("unexpected argument %q", args[1])
	}
	if err := command.ValidateRun(o.done.Run); err != nil {
		return err
	}
	o.done.Name = args[0]
	if err := o.done.Check(); err != nil {
		return command.UsageErrorf("%s", err)
	}
	if err := command.DryRun(o.dryRun).Validate(); err != nil {
		return err
	}
	if err := command.ValidateOutputs(o.output, "name", command.OutputJSON, command.OutputYAML); err != nil {
		return err
	}
	if o.done.Namespace, err = f.Namespace(); err != nil {
		return err
	}
	o.structured = cluster.Printer(o.output)
	if o.client, err = f.JobClient(); err == nil {
		o.client.DryRun = command.DryRun(o.dryRun)
	}
	return err
}

func (o *doneOptions) act(ctx context.Context) error {
	by := ""
	if o.client.DryRun != command.DryRunClient {
		by = o.client.User(ctx)
	}
	job, changed, err := o.client.Done(ctx, o.done, by, o.clock.Now())
	if err != nil {
		return err
	}
	if o.structured != nil {
		return o.structured.PrintObj(job.Raw, o.streams.Out)
	}
	line := "job.batch/" + job.Name
	if o.output == "" {
		word := "done"
		switch {
		case !changed:
			word = "unchanged"
		case o.done.Failed:
			word = "failed"
		}
		line += " " + word + command.DryRun(o.dryRun).Suffix()
	}
	if _, err := fmt.Fprintln(o.streams.Out, picture.OneLine(line)); err != nil {
		return fmt.Errorf("writing what was done: %w", err)
	}
	return nil
}
