package runs

import (
	"context"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
)

const runsLong = `List runs, the latest first: those that "depctl run" made, and those of CronJobs, one
for each scheduled time that has a Job. Of the last 20 times of a CronJob, those without a
Job are listed, too: Kubernetes left the time out, or the Job is gone and the gate has
recorded how it ended. What keeps it from being known, or why it was left out, stands
under BLOCKED BY.

A run has failed as soon as one of its steps has; DONE counts the steps that have ended,
of those that there are to be. BLOCKED BY is what a step waits for and what does not come
by itself: it failed, is held or is not there; where there is nothing of that, what runs.
DURATION counts from the start of the first step.

--matrix draws the steps as lines and the runs as columns, the latest at the right.`

const runsExample = `  # The runs of a namespace, and what holds them up
  depctl runs -n etl

  # Which steps failed in which of the last nights?
  depctl runs --matrix

  # The names of the runs that failed
  depctl runs -o json | jq -r '.items[] | select(.state == "failed") | .run'`

// runsOptions is what "depctl runs" was asked to do.
type runsOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.PassiveClock
	allNamespaces bool
	matrix        bool
	limit         int
	output        string
	noHeaders     bool

	// The rest is filled in by complete.
	namespace string
	reader    *cluster.Reader
	terminal  command.Terminal
}

// New returns "depctl runs".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &runsOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "runs [-n NAMESPACE | -A] [--matrix] [-o name|json|yaml]",
		Short:                 "List runs: how they stand, and what holds them up",
		Long:                  runsLong,
		Example:               runsExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.matrix && o.output != "" {
				return command.UsageErrorf("--matrix and -o exclude each other: -o json has all steps of all runs")
			}
			if o.limit < 0 {
				return command.UsageErrorf("--limit is %d, it must be 0 or more", o.limit)
			}
			if err := command.ValidateOutputs(o.output, "name", command.OutputJSON, command.OutputYAML); err != nil {
				return err
			}
			if err := o.complete(f); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "List the runs of all namespaces.")
	flags.BoolVar(&o.matrix, "matrix", false, "Draw steps by runs.")
	flags.IntVar(&o.limit, "limit", 0, "Show the latest `N` runs; 0 shows all, and of a matrix as many as fit.")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "Leave out the line with the columns' names.")
	flags.StringVarP(&o.output, "output", "o", "", "Output format: name, json or yaml.")
	return cmd
}

func (o *runsOptions) complete(f *cluster.Factory) error {
	o.terminal = f.Terminal(o.streams.Out)
	var err error
	if !o.allNamespaces {
		if o.namespace, err = f.Namespace(); err != nil {
			return err
		}
	}
	if o.reader, err = f.Reader(o.namespace); err == nil {
		o.reader.AllCronJobs = true
	}
	return err
}

func (o *runsOptions) run(ctx context.Context) error {
	r, err := read(ctx, o.reader, o.clock.Now())
	if err != nil {
		return err
	}
	list := r.summaries(o.namespace)
	if o.limit > 0 && len(list) > o.limit {
		list = list[:o.limit]
	}
	if err := o.print(r.world, list); err != nil {
		return err
	}
	return command.PrintNotes(o.streams.ErrOut, r.notes)
}
