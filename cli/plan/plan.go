package plan

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/simulate"
	"depctl.dev/lang"
)

// The output formats of "depctl plan" beside JSON.
const (
	outputSVG = "svg"
	outputPNG = "png"
)

// planOptions is what "depctl plan" was asked to do.
type planOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.PassiveClock
	allNamespaces bool
	files         resource.FilenameOptions
	history       bool
	slots         int
	maxStarting   int64
	order         string
	otherwise     string
	output, theme string
	outputFile    string
	all           bool
	noHeaders     bool
	runName       string
	cronJobs      bool

	// The rest is filled in by complete.
	source            snapshot.Source
	past              snapshot.Source // nil if nobody asked for it
	otherwiseDuration time.Duration
	terminal          command.Terminal
	namespace         string
}

// New returns "depctl plan".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &planOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "plan [-n NAMESPACE | -A | -f FILE...] [--run NAME | --cronjobs] [-o wide|json|yaml|svg|png]",
		Short:                 "Show what would run when",
		Long:                  planLong,
		Example:               planExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			if err := o.complete(f); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "Plan the Jobs of all namespaces.")
	flags.StringSliceVarP(&o.files.Filenames, "filename", "f", nil,
		"Plan the manifests in this `FILE` or folder, or - for standard input; may be repeated.")
	flags.BoolVarP(&o.files.Recursive, "recursive", "R", false, "With -f, go through the folders inside a folder too.")
	command.AddRunFlag(flags, &o.runName)
	flags.BoolVar(&o.cronJobs, "cronjobs", false, "Without -f, plan the next run of each CronJob too.")
	flags.BoolVar(&o.history, "history", false, "With -f, learn from the cluster's Jobs how long they take.")
	flags.IntVar(&o.slots, "slots", 0, "Run at most `N` Jobs at once; 0 is any number.")
	flags.StringVar(&o.order, "order", orderArrival, "With --slots, the `ORDER` in which ready Jobs start: arrival, count or rank.")
	flags.Int64Var(&o.maxStarting, "max-starting", 0, "With --slots, have the gate release no more while `N` pods wait for a slot; 0 is any number.")
	flags.StringVar(&o.otherwise, "default-duration", "10m", "How long a Job takes of which nothing is known, a `DURATION`.")
	flags.StringVar(&o.theme, "theme", "", "With -o svg or png: light or dark. An svg follows the reader's setting by default.")
	flags.BoolVar(&o.all, "all", false, "Give every Job a line of its own.")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "Leave out the line with the columns' names.")
	flags.StringVarP(&o.output, "output", "o", "", "Output `FORMAT`: wide, json, yaml, svg or png.")
	command.AddOutputFileFlag(flags, &o.outputFile, planEndings)
	return cmd
}

// planEndings are how the names of files end that have one of these formats.
var planEndings = []command.Ending{
	{Suffix: ".svg", Output: outputSVG},
	{Suffix: ".png", Output: outputPNG},
	{Suffix: ".json", Output: command.OutputJSON},
	{Suffix: ".yaml", Output: command.OutputYAML},
}

func (o *planOptions) validate() error {
	var err error
	if o.output, err = command.OutputByFile(o.outputFile, o.output, planEndings); err != nil {
		return err
	}
	fromFiles := len(o.files.Filenames) > 0
	formats := []string{command.OutputWide, command.OutputJSON, command.OutputYAML, outputSVG, outputPNG}
	switch o.otherwiseDuration, err = lang.ParseDuration(o.otherwise); {
	case err != nil:
		return command.UsageErrorf("--default-duration is %q: %v", o.otherwise, err)
	case o.runName != "" && fromFiles:
		return command.UsageErrorf("--run and -f exclude each other: manifests are of no run yet")
	case o.runName != "" && o.cronJobs:
		return command.UsageErrorf("--run and --cronjobs exclude each other: the runs of CronJobs are of no run of steps")
	case o.cronJobs && fromFiles:
		return command.UsageErrorf("--cronjobs and -f exclude each other: of files the next run of each CronJob is always planned")
	case o.allNamespaces && fromFiles:
		return command.UsageErrorf("-A and -f exclude each other: files are always planned with all their namespaces")
	case o.files.Recursive && !fromFiles:
		return command.UsageErrorf("-R needs -f")
	case o.history && !fromFiles:
		return command.UsageErrorf("--history needs -f: a plan of a cluster always looks at its past")
	case o.slots < 0:
		return command.UsageErrorf("--slots is %d, it must be 0 or more", o.slots)
	case !slices.Contains(orders, o.order):
		return command.UsageErrorf("unknown order %q, there are %s", o.order, strings.Join(orders, ", "))
	case o.order != orderArrival && o.slots == 0:
		return command.UsageErrorf("--order needs --slots: without a bound, every Job starts when it is ready")
	case o.maxStarting < 0:
		return command.UsageErrorf("--max-starting is %d, it must be 0 or more", o.maxStarting)
	case o.maxStarting > 0 && o.slots == 0:
		return command.UsageErrorf("--max-starting needs --slots: without a bound, no pod waits for a slot")
	case o.maxStarting > 0 && o.order != orderArrival:
		return command.UsageErrorf("--max-starting and --order %s exclude each other: the gate has an order of its own", o.order)
	case o.output != "" && !slices.Contains(formats, o.output):
		return command.UnknownOutput(o.output, formats...)
	case !slices.Contains([]string{"", themeLight, themeDark}, o.theme):
		return command.UsageErrorf("unknown theme %q, there are %s and %s", o.theme, themeLight, themeDark)
	}
	return command.ValidateRun(o.runName)
}

func (o *planOptions) complete(f *cluster.Factory) error {
	o.terminal = f.Terminal(o.streams.Out)
	if o.outputFile != "" {
		o.terminal = f.Terminal(io.Discard)
	}
	if o.output == outputPNG && o.terminal.Interactive {
		return command.UsageErrorf("a PNG is not for a terminal: write it to a file, as in --output-file plan.png")
	}
	if len(o.files.Filenames) > 0 {
		if o.namespace = f.GivenNamespace(); o.namespace == "" {
			o.namespace = "default"
		}
		o.source = &manifest.Files{FilenameOptions: o.files, Stdin: o.streams.In, Namespace: o.namespace}
		if !o.history {
			return nil
		}
		past, err := f.JobReader()
		o.past = past
		return err
	}
	scope := ""
	if !o.allNamespaces {
		namespace, err := f.Namespace()
		if err != nil {
			return err
		}
		o.namespace, scope = namespace, namespace
	}
	from, err := f.Reader(scope)
	if err != nil {
		return err
	}
	from.Templates, from.AllInLine = o.cronJobs, o.maxStarting > 0
	o.source = from
	return nil
}

func (o *planOptions) run(ctx context.Context) error {
	now := o.clock.Now()
	w, notes, err := o.source.Read(ctx, now)
	if err != nil {
		return err
	}
	var n *night
	if fromFiles := len(o.files.Filenames) > 0; fromFiles || o.cronJobs {
		n = tonight(w, o.namespace, fromFiles)
	}
	if o.past != nil {
		past, _, err := o.past.Read(ctx, now)
		if err != nil {
			return err
		}
		w.Past = past.Jobs
	}
	history := simulate.NewHistory()
	w.Learn(history)
	if n != nil {
		if n.fromFiles {
			notes = append(notes, assumedNotes(append(assume(w), n.absent...), o.namespace)...)
		}
		notes = append(notes, n.notes...)
	}
	if o.runName != "" {
		if err := w.NoRun(o.namespace, o.runName); err != nil {
			return err
		}
		w.Keep(w.UpstreamOf(snapshot.Steps(o.namespace, o.runName)))
	}
	w.Access = snapshot.Hopeful{Access: w.Access} // what is not known is planned as if it were allowed
	length := lengths(history, o.otherwiseDuration)
	options := simulated(o.order, o.slots, length)
	options.MaxStarting = o.maxStarting
	p := newPlan(n.name(w.Simulate(options)))
	p.namespace, p.run = o.namespace, o.runName
	if p.maxStarting = o.maxStarting; o.slots > 0 {
		p.compare(w, o.order, o.slots, length)
	}
	if err := o.print(p); err != nil {
		return err
	}
	notes = append(notes, p.notes(o.otherwiseDuration)...)
	return command.PrintNotes(o.streams.ErrOut, notes)
}

func (o *planOptions) print(p *plan) error {
	if o.outputFile == "" {
		return o.draw(o.streams.Out, p)
	}
	return command.WriteFile(o.outputFile, func(out io.Writer) error { return o.draw(out, p) })
}

func (o *planOptions) draw(out io.Writer, p *plan) error {
	switch o.output {
	case command.OutputJSON, command.OutputYAML:
		return p.printJSON(out, o.output == command.OutputYAML)
	case outputSVG, outputPNG:
		return newGantt(p, o.all).print(out, o.output, o.theme)
	}
	if len(p.jobs) == 0 {
		return nil
	}
	t := &planTable{plan: p, terminal: o.terminal, wide: o.output == command.OutputWide, all: o.all, noHeaders: o.noHeaders}
	return t.print(out)
}
