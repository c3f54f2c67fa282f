package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/utils/clock"
)

const graphLong = `Draw the Jobs of a namespace, or of manifests, as a tree: every Job below what
it waits for, with its state, its age and what it still waits for.

A Job that waits for several others stands below the one that comes last in the
graph. The column WAITS FOR has all that it still waits for, named as in its own
annotation: without a namespace, a Job is in the same one. Jobs of other
namespaces are shown, as NAMESPACE/NAME, where somebody waits for them, with
what they wait for themselves. Jobs that wait for nothing, and that nothing
waits for, are only counted, unless --all is given. Notes go to standard error.

With -f no cluster is asked: Jobs are drawn as they would be right after
"kubectl apply", or, if they carry a uid because "kubectl get -o yaml" wrote
them, as they were then.

States:
  waiting    its dependencies are not met yet
  pending    it may run, and no pod of it is ready yet
  running    a pod of it is ready
  succeeded  it is complete
  failed     it has failed
  skipped    it was failed because its dependencies could not be met
  blocked    its dependencies cannot be met as things stand
  held       a person holds it (annotation depctl.dev/hold)
  suspended  somebody other than the gate suspends it
  invalid    its expression has a mistake
  missing    it is waited for, and does not exist
  unknown    it is waited for, and you may not read it

With -o json: the nodes, and the edges from a prerequisite to the Job that waits
for it, each with its check as the annotation has it (a name alone asks for
success) and the value of that: true, false or unknown. Nodes in edges are
called NAMESPACE/NAME.`

const graphExample = `  # The Jobs of the current namespace, and of all
  depctl graph
  depctl graph -A

  # Manifests, before they are applied
  depctl graph -f deploy/nightly/
  kustomize build . | depctl graph -f -

  # What is blocked, for scripts
  depctl graph -o json | jq '.nodes[] | select(.state == "blocked") | .name'`

// graphOptions is what "depctl graph" was asked to do.
type graphOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.PassiveClock
	allNamespaces bool
	files         resource.FilenameOptions
	output        string
	noHeaders     bool
	all           bool

	// The rest is filled in by complete.
	source    source
	terminal  terminal
	namespace string // whose Jobs are named without it
	scope     string // where Jobs are looked for; empty means everywhere
}

func newCmdGraph(f *factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &graphOptions{streams: streams, clock: f.clock}
	cmd := &cobra.Command{
		Use:                   "graph [-n NAMESPACE | -A | -f FILE...] [-o json]",
		Short:                 "Draw Jobs and what they wait for",
		Long:                  graphLong,
		Example:               graphExample,
		Annotations:           map[string]string{asksCluster: ""},
		Args:                  noArguments,
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
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "Draw the Jobs of all namespaces.")
	flags.StringSliceVarP(&o.files.Filenames, "filename", "f", nil,
		"Draw the manifests in this `FILE` or folder, or - for standard input; may be repeated.")
	flags.BoolVarP(&o.files.Recursive, "recursive", "R", false, "With -f, go through the folders inside a folder too.")
	flags.BoolVar(&o.all, "all", false, "Show Jobs without dependencies too.")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "Leave out the line with the columns' names.")
	addOutputFlag(flags, &o.output)
	return cmd
}

func (o *graphOptions) validate() error {
	if o.allNamespaces && len(o.files.Filenames) > 0 {
		return usageErrorf("-A and -f exclude each other: files are always drawn with all their namespaces")
	}
	if o.files.Recursive && len(o.files.Filenames) == 0 {
		return usageErrorf("-R needs -f")
	}
	return validateOutput(o.output)
}

func (o *graphOptions) complete(f *factory) error {
	o.terminal = f.terminal(o.streams.Out)
	if len(o.files.Filenames) > 0 {
		if o.namespace = f.givenNamespace(); o.namespace == "" {
			o.namespace = "default"
		}
		o.source = &files{FilenameOptions: o.files, stdin: o.streams.In, namespace: o.namespace}
		return nil
	}
	if !o.allNamespaces {
		namespace, err := f.namespace()
		if err != nil {
			return err
		}
		o.namespace, o.scope = namespace, namespace
	}
	client, err := f.jobs()
	if err != nil {
		return err
	}
	o.source = &cluster{client: client, namespace: o.scope}
	return nil
}

func (o *graphOptions) run(ctx context.Context) error {
	now := o.clock.Now()
	w, notes, err := o.source.read(ctx, now)
	if err != nil {
		return err
	}
	m := newModel(w, selection{namespace: o.scope, unrelated: o.all})
	forest := newForest(m)
	if err := o.print(m, forest, now); err != nil {
		return err
	}
	if o.output == outputJSON {
		return printNotes(o.streams.ErrOut, notes)
	}
	notes = append(notes, cycleNotes(forest)...)
	notes = append(notes, invalidNotes(m)...)
	notes = append(notes, countNotes(m, o.where(), o.all)...)
	return printNotes(o.streams.ErrOut, notes)
}

// where says in which place nothing was found.
func (o *graphOptions) where() string {
	switch {
	case len(o.files.Filenames) > 0:
		return " in " + strings.Join(o.files.Filenames, ", ")
	case o.scope != "":
		return " in namespace " + o.scope
	default:
		return ""
	}
}

func (o *graphOptions) print(m *model, forest *forest, now time.Time) error {
	if o.output == outputJSON {
		return printJSON(o.streams.Out, m)
	}
	if len(m.nodes) == 0 {
		return nil
	}
	t := &table{
		model:     m,
		forest:    forest,
		namespace: o.namespace,
		terminal:  o.terminal,
		now:       now,
		noHeaders: o.noHeaders,
	}
	return t.print(o.streams.Out)
}
