package run

import (
	"context"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/stamp"
	"depctl.dev/lang"
)

const runLong = `Run the Jobs of a folder as one run: each is made under a new name, with the labels
depctl.dev/run and depctl.dev/step. In their expressions, names are those of steps: so
two runs never see each other, and yesterday's success opens no Job of today.

The folder is read, checked as by "depctl lint", and tried out on the API server before
anything is written. A name that is no step of the folder is refused: write extract@ for
the Job of that name outside of all runs, and extract@NAME for a step of another run.
Objects that are no Jobs are applied as they are, before the Jobs.

Without --run, the name of the run is the time in UTC, as in 20261129-021500. With the
name of a run that is there, what is missing of it is made, and the rest stays.

"run" in an expression is the run as a whole: a handler of failures says failed(run).
With --fail-fast, what still waits fails with the first step that does, and --deadline is
how long each may wait; both leave handlers alone.

cronjob/NAME makes one Job of a CronJob now, which is for none of its scheduled times. With
--at it is for that one: so a night that failed is repaired, and one before the CronJob's
creation made up for. The newest Job of a time counts. A time that Kubernetes has not come
to yet is refused, as the CronJob makes its Job itself.

With --watch, the exit code is 0 if the run succeeded, and 1 if not.`

const runExample = `  # Tonight's run, and what became of it
  depctl run -f nightly/ --watch

  # Again for last Tuesday
  depctl run -f nightly/ --run 2026-11-24 --env DAY=2026-11-24 --at 2026-11-24T02:00:00Z

  # A night of a CronJob once more
  depctl run cronjob/load --at 2026-11-24T02:00:00Z

  # What would be made
  depctl run -k overlays/prod --dry-run -o yaml

  # What waits fails with the first failure, and nothing waits longer than 6 hours
  depctl run -f nightly/ --fail-fast --deadline 6h`

// Lint returns what "depctl lint" finds in files whose Jobs are steps of one run.
type Lint func(manifests []*manifest.Manifest, namespace, run string) []manifest.Finding

// runOptions is what "depctl run" was asked to do.
type runOptions struct {
	streams  genericiooptions.IOStreams
	clock    clock.PassiveClock
	lint     Lint
	files    resource.FilenameOptions
	name     string
	env      []string
	at       string
	failFast bool
	deadline string
	watch    bool
	dryRun   string
	output   string

	// cronJob is the name of the CronJob of which a Job is made, in the place of files.
	cronJob string

	// The rest is filled in by complete.
	command   string
	namespace string
	scheduled time.Time
	variables []stamp.Variable
	client    *cluster.JobClient
	factory   *cluster.Factory
	// applied counts the objects that are no Jobs and have been applied.
	applied int
	// named reports whether the run has a name that a person gave it.
	named bool
	// structured prints the objects as json or yaml, nil if they are named. One prints all: it
	// separates the documents.
	structured printers.ResourcePrinter
	progress   *command.Progress
}

// New returns "depctl run".
func New(f *cluster.Factory, streams genericiooptions.IOStreams, lint Lint) *cobra.Command {
	o := &runOptions{streams: streams, clock: f.Clock, lint: lint, factory: f}
	cmd := &cobra.Command{
		Use:                   "run (-f FILE | -k DIRECTORY | cronjob/NAME) [--run NAME] [--at TIME] [options]",
		Short:                 "Run the Jobs of a folder as one run",
		Long:                  runLong,
		Example:               runExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(args); err != nil {
				return err
			}
			if err := o.complete(f, cmd); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			if o.cronJob != "" {
				return o.runCronJob(ctx)
			}
			return o.run(ctx)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVarP(&o.files.Filenames, "filename", "f", nil, "The `FILE` or folder with the manifests, or - for standard input; may be repeated.")
	flags.StringVarP(&o.files.Kustomize, "kustomize", "k", "", "A `DIRECTORY` with a kustomization, in place of -f.")
	flags.BoolVarP(&o.files.Recursive, "recursive", "R", false, "With -f, go through the folders inside a folder too.")
	flags.StringVar(&o.name, "run", "", "The `NAME` of the run; the time in UTC by default.")
	flags.StringArrayVar(&o.env, "env", nil, "A variable for all containers, as in `NAME=VALUE`; may be repeated. Kubernetes expands $(NAME) in args.")
	flags.StringVar(&o.at, "at", "", "The scheduled `TIME` that the run is for, as in 2026-11-24T02:00:00Z.")
	flags.BoolVar(&o.failFast, "fail-fast", false, "Once a step has failed, fail what still waits, but for handlers.")
	flags.StringVar(&o.deadline, "deadline", "", "How long a step may wait that says nothing of it itself, a `DURATION` as in 6h; handlers may wait on.")
	flags.BoolVarP(&o.watch, "watch", "w", false, "Tell of each step until the run is over, and return what became of it.")
	flags.StringVar(&o.dryRun, "dry-run", string(command.DryRunNone), "Make nothing: client, the default of --dry-run alone, or server, which also asks the API server.")
	flags.Lookup("dry-run").NoOptDefVal = string(command.DryRunClient)
	flags.StringVarP(&o.output, "output", "o", "", "Output format: name, json or yaml.")
	return cmd
}

func (o *runOptions) validate(args []string) error {
	files, kustomize := len(o.files.Filenames) > 0, o.files.Kustomize != ""
	switch {
	case len(args) > 1:
		return command.UsageErrorf("unexpected argument %q", args[1])
	case len(args) > 0 && (files || kustomize):
		return command.UsageErrorf("%s excludes -f and -k", args[0])
	case len(args) > 0:
		var err error
		if o.cronJob, err = cronJobNamed(args[0]); err != nil {
			return err
		}
		if err := o.onlyFolders(); err != nil {
			return err
		}
	case !files && !kustomize:
		return command.UsageErrorf("there is nothing to run: name a folder with -f or -k, or cronjob/NAME")
	case files && kustomize:
		return command.UsageErrorf("-f and -k exclude each other")
	case o.files.Recursive && !files:
		return command.UsageErrorf("-R needs -f")
	}
	if err := command.ValidateRun(o.name); err != nil {
		return err
	}
	if o.at != "" {
		var err error
		if o.scheduled, err = time.Parse(time.RFC3339, o.at); err != nil || o.scheduled.Nanosecond() != 0 {
			return command.UsageErrorf("--at is %q: write a time as in 2026-11-24T02:00:00Z or 2026-11-24T03:00:00+01:00", o.at)
		}
		o.scheduled = o.scheduled.UTC()
	}
	if o.deadline != "" {
		if _, err := lang.ParseDuration(o.deadline); err != nil {
			return command.UsageErrorf("--deadline is %q: %v", o.deadline, err)
		}
	}
	for _, text := range o.env {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return command.UsageErrorf("--env is %q: write NAME=VALUE", text)
		}
		o.variables = append(o.variables, stamp.Variable{Name: name, Value: value})
	}
	if err := command.DryRun(o.dryRun).Validate(); err != nil {
		return err
	}
	if o.watch && command.DryRun(o.dryRun) != command.DryRunNone {
		return command.UsageErrorf("there is nothing to --watch in a dry run")
	}
	return command.ValidateOutputs(o.output, "name", command.OutputJSON, command.OutputYAML)
}

func (o *runOptions) complete(f *cluster.Factory, cmd *cobra.Command) error {
	var err error
	if o.namespace, err = f.Namespace(); err != nil {
		return err
	}
	o.command = cmd.Root().CommandPath()
	o.structured = cluster.Printer(o.output)
	o.progress = f.Progress(o.streams)
	o.streams = o.progress.Streams()
	if o.named = o.name != ""; !o.named {
		o.name = o.clock.Now().UTC().Format("20060102-150405")
	}
	if o.client, err = f.JobClient(); err == nil {
		o.client.DryRun, o.client.Strict = command.DryRun(o.dryRun), true
	}
	return err
}

func (o *runOptions) run(ctx context.Context) error {
	folder, err := o.read()
	if err != nil {
		return err
	}
	steps, err := o.steps(folder)
	if err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, command.Flatten(err))
	}
	if err := o.judge(folder); err != nil {
		return err
	}
	made, err := o.make(ctx, folder, steps)
	if err != nil || !o.watch {
		return err
	}
	return o.follow(ctx, made)
}
