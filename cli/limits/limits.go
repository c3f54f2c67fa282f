package limits

import (
	"context"
	"fmt"
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
	"depctl.dev/lang"
)

const limitsLong = `List limits: how many tokens there are, how many are in use, and who waits for some.

A limit is a key of the ConfigMap depctl-limits in a namespace, and a Job takes
tokens of it by its annotation, as in depctl.dev/uses: licence=2. With a NAME, it
shows who has tokens of that limit, who waits for them, in the order in which they
get some, and what keeps each of them from starting.

There is one order for all limits: in a namespace by depctl.dev/priority, or the
PriorityClass of the pods, then by the longest chain behind a Job, then by age.
Namespaces that share a limit take turns. Whose turn it is only the gate knows:
between namespaces, the order is that of a gate that begins now.

With -f, the limits and the Jobs of manifests are shown, as they would be right
after they were applied. A namespace without a ConfigMap depctl-limits in the files has limits
without bounds.`

const limitsExample = `  # The limits of the current namespace, and of all
  depctl limits
  depctl limits -A

  # Who has the licences, and who waits for them?
  depctl limits licence -n etl

  # How many wait?
  depctl limits -A -o json | jq '.items[] | {limit, waiting}'`

// limitsOptions is what "depctl limits" was asked to do.
type limitsOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.PassiveClock
	allNamespaces bool
	files         resource.FilenameOptions
	output        string
	noHeaders     bool
	// name is that of the limit to show; empty for all.
	name string

	// The rest is filled in by complete.
	namespace string
	// scope is the namespace that is asked for, empty for all.
	scope    string
	source   snapshot.Source
	terminal command.Terminal
}

// New returns "depctl limits".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &limitsOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "limits [NAME] [-n NAMESPACE | -A | -f FILE...] [-o wide|json|yaml]",
		Short:                 "List limits: who uses them, and who waits",
		Long:                  limitsLong,
		Example:               limitsExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		ValidArgsFunction:     f.CompleteLimits,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(args); err != nil {
				return err
			}
			if err := o.complete(f); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "List the limits of all namespaces.")
	flags.StringSliceVarP(&o.files.Filenames, "filename", "f", nil,
		"Show the manifests in this `FILE` or folder, or - for standard input; may be repeated.")
	flags.BoolVarP(&o.files.Recursive, "recursive", "R", false, "With -f, go through the folders inside a folder too.")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "Leave out the lines with the columns' names.")
	flags.StringVarP(&o.output, "output", "o", "", "Output format: wide, json or yaml.")
	return cmd
}

func (o *limitsOptions) validate(args []string) error {
	fromFiles := len(o.files.Filenames) > 0
	switch {
	case len(args) > 1:
		return command.UsageErrorf("unexpected argument %q: one limit is shown at a time", args[1])
	case len(args) == 1 && o.allNamespaces && !strings.Contains(args[0], "/"):
		return command.UsageErrorf("with -A a limit is called NAMESPACE/NAME, not %q", args[0])
	case o.allNamespaces && fromFiles:
		return command.UsageErrorf("-A and -f exclude each other: files are always shown with all their namespaces")
	case o.files.Recursive && !fromFiles:
		return command.UsageErrorf("-R needs -f")
	}
	if len(args) == 1 {
		o.name = args[0]
	}
	return command.ValidateOutputs(o.output, command.OutputWide, command.OutputJSON, command.OutputYAML)
}

func (o *limitsOptions) complete(f *cluster.Factory) error {
	o.terminal = f.Terminal(o.streams.Out)
	if len(o.files.Filenames) > 0 {
		if o.namespace = f.GivenNamespace(); o.namespace == "" {
			o.namespace = "default"
		}
		o.source = &manifest.Files{FilenameOptions: o.files, Stdin: o.streams.In, Namespace: o.namespace}
		return nil
	}
	if !o.allNamespaces {
		namespace, err := f.Namespace()
		if err != nil {
			return err
		}
		o.namespace, o.scope = namespace, namespace
		if space, _, has := strings.Cut(o.name, "/"); has {
			o.scope = space
		}
	}
	all, err := f.Reader("")
	if err != nil {
		return err
	}
	one, err := f.Reader(o.scope)
	if err != nil {
		return err
	}
	all.AllLimits, one.AllLimits = true, true
	o.source = readers{all, one}
	return nil
}

// readers read the Jobs of all namespaces, who may use any limit, or of the one that is asked
// for where the user may not see more.
type readers struct{ all, one *cluster.Reader }

// Read returns the Jobs as they are now.
func (r readers) Read(ctx context.Context, now time.Time) (*snapshot.World, []string, error) {
	w, notes, err := r.all.Read(ctx, now)
	if cluster.IsForbidden(err) && r.one.Namespace != "" {
		return r.one.Read(ctx, now)
	}
	return w, notes, err
}

func (o *limitsOptions) run(ctx context.Context) error {
	w, notes, err := o.source.Read(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	w.Settle()
	all := slices.DeleteFunc(w.LimitsNow(), func(l snapshot.Limit) bool { return !o.shows(l) })
	if o.name != "" && len(all) == 0 {
		return o.missing(w)
	}
	if err := o.print(w, all); err != nil {
		return err
	}
	for _, l := range all {
		if l.Problem != "" && o.output != command.OutputJSON && o.output != command.OutputYAML {
			notes = append(notes, "Nobody gets tokens of "+l.Name.String()+": "+l.Problem)
		}
	}
	return command.PrintNotes(o.streams.ErrOut, notes)
}

// shows reports whether a limit is asked for: the one of the name, or those of the namespace
// and those that its Jobs use.
func (o *limitsOptions) shows(l snapshot.Limit) bool {
	if o.name != "" {
		return l.Name.String() == o.fullName()
	}
	return o.scope == "" || l.Name.Namespace == o.scope ||
		slices.ContainsFunc(l.Holders, func(h snapshot.Holder) bool { return h.Ref.Namespace == o.scope }) ||
		slices.ContainsFunc(l.Waiters, func(w snapshot.Waiter) bool { return w.Ref.Namespace == o.scope })
}

func (o *limitsOptions) fullName() string {
	if strings.Contains(o.name, "/") {
		return o.name
	}
	return o.namespace + "/" + o.name
}

// missing says that there is no limit of the name, and which there is.
func (o *limitsOptions) missing(w *snapshot.World) error {
	var names []string
	for _, l := range w.LimitsNow() {
		names = append(names, l.Name.String())
	}
	if near := lang.Nearest(o.fullName(), names); near != "" {
		return fmt.Errorf("there is no limit %s; did you mean %s?", o.fullName(), near)
	}
	return fmt.Errorf("there is no limit %s, and no Job uses one of that name", o.fullName())
}
