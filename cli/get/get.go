package get

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

const getLong = `List Jobs, a line each: how each stands, how far it is, what it waits for, and what
holds it up in the end. What waits beside Jobs, as Deployments do, is listed, too.

DONE counts the completions. WAITS FOR are the checks of the expression that are not
true yet. BLOCKED BY goes down from there to what does not wait itself: what failed, is
held, has a mistake or is not there, and where there is nothing of that, what runs.

A JOB is NAME, NAMESPACE/NAME, job/NAME or KIND/NAME, and may have *, ? and [...] for
several. The states are those of "depctl graph".

%s
A field selector knows metadata.name, metadata.namespace, kind, run, step and state.`

const getExample = `  # The Jobs of the current namespace, and of all
  depctl get
  depctl get -A

  # Those that have failed, and those that never will run as things stand
  depctl get --state failed,skipped,blocked

  # Some, with when they may be over
  depctl get 'load-*' -l team=data -o wide

  # The last that began
  depctl get --sort-by=.started --no-headers | tail -1

  # Columns of one's own, and one field of one Job
  depctl get -o custom-columns=JOB:.name,STATE:.state,AFTER:.dependsOn
  depctl get load -o jsonpath='{.state}'

  # The manifest of a Job; with its pods and their events
  depctl get load --raw -o yaml
  depctl get load --raw --pods -o json

  # On a terminal, a screen with keys; in a pipe, each change, a line
  depctl get --run monday -w`

type getOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.PassiveClock
	allNamespaces bool
	selector      string
	fieldSelector string
	states        []string
	output        string
	sortBy        string
	noHeaders     bool
	watch         bool
	runName       string
	// raw is the object itself, and pods what belongs to it.
	raw, pods bool

	// The rest is filled in by complete.
	namespace string
	selection listing.Selection
	order     *order
	source    *cluster.Reader
	format    format
	progress  cluster.Progress
	// screen says that there is a terminal to draw on, and depctl is for its keys.
	screen bool
	depctl cluster.Depctl
}

// New returns "depctl get".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &getOptions{streams: streams, clock: f.Clock, progress: cluster.Progress{}}
	cmd := &cobra.Command{
		Use:                   "get [JOB...] [-n NAMESPACE | -A] [-l SELECTOR] [--run NAME] [--state STATES] [-w] [-o FORMAT]",
		Short:                 "List Jobs: state, progress, and what holds them up",
		Long:                  fmt.Sprintf(getLong, strings.Join(command.Wrap("The fields of -o json, which --sort-by, jsonpath and custom-columns can name, are: "+fieldList()+".", command.HelpWidth), "\n")),
		Example:               getExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validateRaw(args); err != nil {
				return err
			}
			if o.raw {
				return o.printRaw(cmd.Context(), f, args[0])
			}
			if err := o.validate(); err != nil {
				return err
			}
			if err := o.complete(f, args); err != nil {
				return err
			}
			if o.watch {
				return o.follow(cmd.Context())
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "List the Jobs of all namespaces.")
	flags.StringVarP(&o.selector, "selector", "l", "", "Only Jobs with these labels, as in app=nightly,tier!=test.")
	flags.StringVar(&o.fieldSelector, "field-selector", "", "Only Jobs with these fields, as in state!=succeeded,step=load.")
	flags.StringSliceVar(&o.states, "state", nil, "Only Jobs in these `STATES`, as in --state waiting,failed.")
	command.AddRunFlag(flags, &o.runName)
	flags.StringVar(&o.sortBy, "sort-by", "", "Sort by this `FIELD` of -o json, as in .created.")
	flags.BoolVarP(&o.watch, "watch", "w", false, "Go on: on a terminal as a screen with keys, in a pipe with a line for each Job that has changed.")
	flags.BoolVar(&o.raw, "raw", false, "Print one Job, or cronjob/NAME, as Kubernetes has it.")
	flags.BoolVar(&o.pods, "pods", false, "With --raw: its pods and the events of both, too.")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "Leave out the line with the columns' names.")
	flags.StringVarP(&o.output, "output", "o", "",
		"Output format: wide, json, yaml, name, jsonpath, jsonpath-file, custom-columns or custom-columns-file.")
	cmd.ValidArgsFunction = f.CompleteWaiting(func(gate.Job) bool { return true })
	_ = cmd.RegisterFlagCompletionFunc("sort-by", completeSortBy)
	_ = cmd.RegisterFlagCompletionFunc("field-selector", completeFieldSelector(f))
	return cmd
}

func (o *getOptions) validate() error {
	err := command.ValidateRun(o.runName)
	if err != nil {
		return err
	}
	if o.selection.Labels, err = labels.Parse(o.selector); err != nil {
		return command.UsageErrorf("-l %s cannot be read: %v", o.selector, err)
	}
	if o.selection.Fields, err = fields.ParseSelector(o.fieldSelector); err != nil {
		return command.UsageErrorf("--field-selector %s cannot be read: %v", o.fieldSelector, err)
	}
	for _, r := range o.selection.Fields.Requirements() {
		if known := listing.Fields(); !slices.Contains(known, r.Field) {
			return command.UsageErrorf("--field-selector: there is no field %q to select by, it is one of: %s", r.Field, strings.Join(known, ", "))
		}
	}
	if o.selection.States, err = command.States(o.states); err != nil {
		return err
	}
	if o.order, err = newOrder(o.sortBy); err != nil {
		return err
	}
	if o.format, err = o.newFormat(); err != nil {
		return err
	}
	if o.watch && o.sortBy != "" {
		return command.UsageErrorf("--watch and --sort-by exclude each other: what changes is printed as it does")
	}
	return nil
}

func (o *getOptions) complete(f *cluster.Factory, names []string) error {
	o.selection.Run = o.runName
	namespace, err := f.Namespace()
	if err != nil {
		return err
	}
	if o.allNamespaces {
		namespace = ""
	}
	o.namespace = namespace
	if t, is := o.format.(*table); is {
		t.Terminal, t.Namespace = f.Terminal(o.streams.Out), namespace
		o.screen, o.depctl = f.HasScreen(t.Terminal, o.streams.In), f.Depctl
	}
	for _, name := range names {
		ref, err := command.Named(name, namespace)
		if err != nil {
			return err
		}
		o.selection.Names = append(o.selection.Names, ref)
	}
	o.selection.Namespace = namespace
	o.source, err = f.Reader(o.scope())
	if err == nil {
		o.source.Noted = o.progress.Note
	}
	return err
}

// scope returns the namespace to read: that of all names, or all if there are several.
func (o *getOptions) scope() string {
	scope := o.namespace
	for i, name := range o.selection.Names {
		if i > 0 && name.Namespace != scope {
			return ""
		}
		scope = name.Namespace
	}
	return scope
}

func (o *getOptions) run(ctx context.Context) error {
	w, notes, err := o.source.Read(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	q := snapshot.NewInquiry(w)
	rows, err := o.rows(q)
	if err != nil {
		return err
	}
	if o.order != nil {
		if err := o.order.sort(rows); err != nil {
			return err
		}
	}
	if len(rows) == 0 && o.format.forPeople() {
		notes = append([]string{"No Jobs found" + command.In(o.namespace) + "."}, notes...)
	} else if err := o.format.print(o.streams.Out, o.listOf(q, rows)); err != nil {
		return err
	}
	return command.PrintNotes(o.streams.ErrOut, notes)
}

// rows returns what is listed, and an error for a name that means nothing.
func (o *getOptions) rows(q *snapshot.Inquiry) ([]listing.Row, error) {
	if o.runName != "" {
		if err := q.NoRun(o.namespace, o.runName); err != nil {
			return nil, err
		}
	}
	rows := listing.Of(q, o.progress, o.selection)
	for _, name := range o.selection.Names {
		if reference.IsPattern(name.Name) || slices.ContainsFunc(rows, func(r listing.Row) bool { return o.selection.Matches(name, r) }) {
			continue
		}
		if o.runName != "" {
			if step := (lang.Ref{Kind: name.Kind, Namespace: name.Namespace, Name: name.Name, Run: o.runName}); q.Jobs[step].Object == nil {
				return nil, cluster.NoStep(step, q.StepsOf(o.runName))
			}
			continue
		}
		if _, there := q.Jobs[q.RefOf(name)]; !there {
			return nil, cluster.NotThere(q.World, name)
		}
	}
	return rows, nil
}
