package graph

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/diagram"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
)

// graphOptions is what "depctl graph" was asked to do.
type graphOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.PassiveClock
	allNamespaces bool
	files         resource.FilenameOptions
	output        string
	outputFile    string
	noHeaders     bool
	all           bool
	up, down      int
	selector      string
	states        []string
	collapse      string
	colour        string
	diff          bool
	asRun         bool
	watch         bool
	runName       string

	// The rest is filled in by complete.
	names  []string
	source snapshot.Source
	// causes is nil where no cluster is asked.
	causes    *cluster.Causes
	against   *cluster.Reader // what --diff compares with
	terminal  command.Terminal
	namespace string // whose Jobs are named without it
	scope     string // where Jobs are looked for; empty means everywhere
	cluster   string // how it is called; empty for manifests
	inRun     string // whose steps are named without it; empty means none
	selection diagram.Selection
	// redetect looks at the terminal again, whose size may change.
	redetect func(io.Writer) command.Terminal
	// screen says that there is a terminal to draw on, and depctl is for its keys.
	screen   bool
	depctl   cluster.Depctl
	progress *command.Progress
}

// New returns "depctl graph".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &graphOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "graph [JOB...] [-n NAMESPACE | -A | -f FILE...] [options]",
		Short:                 "Draw Jobs and what they wait for",
		Long:                  graphLong,
		Example:               graphExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.names = args
			if err := o.validate(); err != nil {
				return err
			}
			if err := o.complete(f); err != nil {
				return err
			}
			if o.watch {
				return o.follow(cmd.Context())
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "Draw the Jobs of all namespaces.")
	flags.StringSliceVarP(&o.files.Filenames, "filename", "f", nil,
		"Draw the manifests in this `FILE` or folder, or - for standard input; may be repeated.")
	flags.BoolVarP(&o.files.Recursive, "recursive", "R", false, "With -f, go through the folders inside a folder too.")
	flags.BoolVar(&o.diff, "diff", false, "With -f, draw what applying the manifests would change in the cluster.")
	flags.BoolVar(&o.asRun, "as-run", false, "With -f, take the Jobs for the steps of one run, as \"depctl run\" makes them.")
	flags.IntVar(&o.up, "up", -1, "Around each JOB, show `N` levels of what it waits for; all by default.")
	flags.IntVar(&o.down, "down", -1, "Around each JOB, show `N` levels of what waits for it; all by default.")
	command.AddRunFlag(flags, &o.runName)
	flags.StringVarP(&o.selector, "selector", "l", "", "Start from the Jobs with these labels, as in -l app=etl,tier!=test.")
	flags.StringSliceVar(&o.states, "state", nil, "Show only Jobs in these `STATES`, as in --state waiting,failed.")
	flags.StringVar(&o.collapse, "collapse", "", "Draw one node for each `THING`; the only one is \"namespace\".")
	flags.BoolVar(&o.all, "all", false, "Show Jobs without dependencies too.")
	flags.BoolVarP(&o.watch, "watch", "w", false, "Draw again whenever a Job changes, until interrupted.")
	flags.StringVar(&o.colour, "color", "auto", "Use colours: auto (on a terminal, unless NO_COLOR is set), always or never.")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "Leave out the line with the columns' names.")
	flags.StringVarP(&o.output, "output", "o", "",
		"Output format: picture, tree, wide, name, json, dot, mermaid, svg, png or html. By default a picture if it fits, and else a tree.")
	cmd.ValidArgsFunction = f.CompleteWaiting(func(gate.Job) bool { return true })
	_ = cmd.RegisterFlagCompletionFunc("collapse", cobra.FixedCompletions([]string{"namespace"}, cluster.NoFiles))
	command.AddOutputFileFlag(flags, &o.outputFile, graphEndings)
	return cmd
}

// graphOutputs are the values of --output.
var graphOutputs = []string{"", "picture", "tree", "wide", "name", "json", "dot", "mermaid", "svg", "png", "html"}

// graphEndings are how the names of files end that have one of these formats.
var graphEndings = []command.Ending{
	{Suffix: ".svg", Output: "svg"},
	{Suffix: ".png", Output: "png"},
	{Suffix: ".html", Output: "html"},
	{Suffix: ".dot", Output: "dot"},
	{Suffix: ".json", Output: "json"},
	{Suffix: ".mmd", Output: "mermaid"},
}

func (o *graphOptions) validate() error {
	var err error
	if o.output, err = command.OutputByFile(o.outputFile, o.output, graphEndings); err != nil {
		return err
	}
	manifests := len(o.files.Filenames) > 0
	switch {
	case o.runName != "" && manifests:
		return command.UsageErrorf("--run and -f exclude each other: manifests are of no run yet")
	case o.allNamespaces && manifests:
		return command.UsageErrorf("-A and -f exclude each other: files are always drawn with all their namespaces")
	case o.files.Recursive && !manifests:
		return command.UsageErrorf("-R needs -f")
	case o.diff && !manifests:
		return command.UsageErrorf("--diff needs -f: it compares manifests with the cluster")
	case o.asRun && !manifests:
		return command.UsageErrorf("--as-run needs -f: the Jobs of a cluster say themselves of which run they are")
	case o.asRun && o.diff:
		return command.UsageErrorf("--as-run and --diff exclude each other: a run makes all its Jobs anew")
	case o.watch && manifests:
		return command.UsageErrorf("--watch and -f exclude each other: only a cluster can be watched")
	case o.watch && o.outputFile != "":
		return command.UsageErrorf("--watch and --output-file exclude each other: a file has one drawing")
	case o.watch && !slices.Contains([]string{"", "picture", "tree", "wide"}, o.output):
		return command.UsageErrorf("--watch draws text, not -o %s", o.output)
	case !slices.Contains(graphOutputs, o.output):
		return command.UnknownOutput(o.output, graphOutputs[1:]...)
	case o.collapse != "" && o.collapse != "namespace":
		return command.UsageErrorf("--collapse %q: the only thing to collapse is \"namespace\"", o.collapse)
	case !slices.Contains([]string{"auto", "always", "never"}, o.colour):
		return command.UsageErrorf("--color %q: it is one of: auto, always, never", o.colour)
	case (o.up >= 0 || o.down >= 0) && len(o.names) == 0 && o.selector == "":
		return command.UsageErrorf("--up and --down need a JOB or -l to start from")
	}
	if err := command.ValidateRun(o.runName); err != nil {
		return err
	}
	if o.selection.States, err = command.States(o.states); err != nil {
		return err
	}
	if o.selector != "" {
		selector, err := labels.Parse(o.selector)
		if err != nil {
			return command.UsageErrorf("-l %s: %v", o.selector, err)
		}
		o.selection.Labels = selector
	}
	return nil
}

func (o *graphOptions) complete(f *cluster.Factory) error {
	o.terminal, o.redetect = f.Terminal(o.streams.Out), f.Terminal
	if o.outputFile != "" {
		o.terminal = f.Terminal(io.Discard)
	}
	o.screen, o.depctl = f.HasScreen(o.terminal, o.streams.In), f.Depctl
	o.progress = f.Progress(o.streams)
	if o.colour != "auto" {
		o.terminal.Colour = o.colour == "always"
	}
	if o.output == "png" && o.terminal.Interactive {
		return command.UsageErrorf("a PNG is not for a terminal: write it to a file, as in --output-file graph.png")
	}
	if len(o.files.Filenames) > 0 {
		if o.namespace = f.GivenNamespace(); o.namespace == "" {
			o.namespace = "default"
		}
		if o.asRun {
			o.inRun = manifest.AnyRun
		}
		o.source = &manifest.Files{FilenameOptions: o.files, Stdin: o.streams.In, Namespace: o.namespace, Run: o.inRun}
		if !o.diff {
			return nil
		}
		var err error
		if o.against, err = f.Reader(""); err == nil {
			o.cluster, err = f.ClusterName()
		}
		return err
	}
	o.inRun = o.runName
	if !o.allNamespaces {
		namespace, err := f.Namespace()
		if err != nil {
			return err
		}
		o.namespace, o.scope = namespace, namespace
	}
	from, err := f.Reader(o.scope)
	if err != nil {
		return err
	}
	from.Templates = true
	o.source, o.causes = from, from.Causes()
	o.cluster, err = f.ClusterName()
	return err
}

func (o *graphOptions) run(ctx context.Context) error {
	w, notes, err := o.source.Read(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	m, err := o.model(w)
	if err != nil {
		return err
	}
	if o.diff {
		if err := o.compare(ctx, w, m); err != nil {
			return err
		}
	}
	return o.print(m, append(notes, o.explain(ctx, w, m)...))
}

// where says in which place nothing was found.
func (o *graphOptions) where() string {
	switch {
	case len(o.files.Filenames) > 0:
		return " in " + strings.Join(o.files.Filenames, ", ")
	default:
		return command.In(o.scope)
	}
}
