package status

import (
	"bytes"
	"context"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/screen"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/cli/overview"
	"depctl.dev/lang"
)

const statusLong = `Sum up the Jobs of a namespace: how many are in which state, which has waited
longest, what holds up most others, why Jobs do not run or have failed, and when
all may be over.

A blocker is what others wait for and what waits for nobody: a Job that runs, has
failed, is held, waits for tokens of a limit alone, or does not exist. HOLDS UP
counts the Jobs that wait for it, directly or through others; one that waits for
either of two counts for both.

TROUBLE says why Jobs that may run do not run, and why others have failed: what
the scheduler, the kubelet, the API server and the containers have said, how many
Jobs it is true of, one of them, and what to type. It is looked for in the pods
and events of at most 50 Jobs: those that may run first, then the latest failures.

How long a Job may take is the mean of the last eight that have succeeded, are
still there, and have its name, or names that differ by digits only; for a name
that is new it is the median of all, and said to be a guess. Queues, quotas and
failures are not in it.

The states are those of "depctl graph".`

const statusExample = `  # The current namespace, another, and all
  depctl status
  depctl status -n etl
  depctl status -A

  # Those with a label, again and again as things happen
  depctl status -l app=nightly --watch

  # How many wait?
  depctl status -A -o json | jq .counts.waiting`

type statusOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.PassiveClock
	allNamespaces bool
	selector      string
	output        string
	noHeaders     bool
	watch         bool
	runName       string

	// The rest is filled in by complete.
	namespace string
	labels    labels.Selector
	source    *cluster.Reader
	causes    *cluster.Causes
	terminal  command.Terminal
	// redetect looks at the terminal again, whose size may change.
	redetect func(io.Writer) command.Terminal
	// screen says that there is a terminal to draw on, and depctl is for its keys.
	screen bool
	depctl cluster.Depctl
}

// New returns "depctl status".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &statusOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "status [-n NAMESPACE | -A] [-l SELECTOR] [--run NAME] [--watch] [-o wide|json|yaml]",
		Short:                 "Sum up Jobs: how many wait, for what, how long",
		Long:                  statusLong,
		Example:               statusExample,
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
			if o.watch {
				return o.follow(cmd.Context())
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "Sum up the Jobs of all namespaces.")
	flags.StringVarP(&o.selector, "selector", "l", "", "Only Jobs with these labels, as in app=nightly,tier!=test.")
	command.AddRunFlag(flags, &o.runName)
	flags.BoolVarP(&o.watch, "watch", "w", false, "Go on, and show it again when something has changed.")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "Leave out the lines with the columns' names.")
	flags.StringVarP(&o.output, "output", "o", "", "Output format: wide, json or yaml.")
	return cmd
}

func (o *statusOptions) validate() error {
	err := command.ValidateRun(o.runName)
	if err != nil {
		return err
	}
	if o.labels, err = labels.Parse(o.selector); err != nil {
		return command.UsageErrorf("-l %s cannot be read: %v", o.selector, err)
	}
	if o.watch && o.output == command.OutputYAML {
		return command.UsageErrorf("--watch prints text or one JSON object after the other, not YAML")
	}
	return command.ValidateOutputs(o.output, command.OutputWide, command.OutputJSON, command.OutputYAML)
}

func (o *statusOptions) complete(f *cluster.Factory) error {
	o.terminal, o.redetect = f.Terminal(o.streams.Out), f.Terminal
	o.screen, o.depctl = f.HasScreen(o.terminal, o.streams.In) && o.output != command.OutputJSON, f.Depctl
	var err error
	if !o.allNamespaces {
		if o.namespace, err = f.Namespace(); err != nil {
			return err
		}
	}
	if o.source, err = f.Reader(o.namespace); err != nil {
		return err
	}
	o.causes = o.source.Causes()
	return nil
}

func (o *statusOptions) run(ctx context.Context) error {
	w, notes, err := o.source.Read(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	return o.show(ctx, snapshot.NewInquiry(w), notes)
}

func (o *statusOptions) show(ctx context.Context, q *snapshot.Inquiry, notes []string) error {
	if o.runName != "" {
		if err := q.NoRun(o.namespace, o.runName); err != nil {
			return err
		}
	}
	refs := o.selected(q)
	notes = append(notes, o.causes.Read(ctx, q.World, refs)...)
	if err := o.print(q, overview.Of(q, refs, q.History.Len())); err != nil {
		return err
	}
	return command.PrintNotes(o.streams.ErrOut, notes)
}

// selected returns the Jobs that are summed up, in order.
func (o *statusOptions) selected(q *snapshot.Inquiry) []lang.Ref {
	var refs []lang.Ref
	for ref, job := range q.Jobs {
		if (o.runName == "" || ref.Run == o.runName) && (o.namespace == "" || ref.Namespace == o.namespace) && o.labels.Matches(labels.Set(job.Labels)) {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, lang.Ref.Compare)
	return refs
}

func (o *statusOptions) print(q *snapshot.Inquiry, s *overview.Overview) error {
	switch o.output {
	case command.OutputJSON:
		return command.WriteJSON(o.streams.Out, statusJSONOf(s))
	case command.OutputYAML:
		return command.WriteYAML(o.streams.Out, statusJSONOf(s))
	}
	return o.draw(q, s)
}

// look makes a frame for a screen.
func (o *statusOptions) look(ctx context.Context, w *snapshot.World, notes []string, on command.Terminal) (screen.Frame, error) {
	var text, said bytes.Buffer
	one, q := *o, snapshot.NewInquiry(w)
	one.streams.Out, one.streams.ErrOut, one.terminal = &text, &said, on
	if err := one.show(ctx, q, notes); err != nil {
		return screen.Frame{}, err
	}
	rows := listing.Of(q, nil, listing.Selection{Namespace: o.namespace, Run: o.runName, Labels: o.labels})
	return screen.FrameOf(q, rows, nil).With(text.String(), said.String()), nil
}

// follow shows the summary again and again until the context ends, or nobody reads.
func (o *statusOptions) follow(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	f, err := o.source.Follow(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	if o.screen {
		return screen.Run(ctx, screen.Options{
			Streams: o.streams, Clock: o.clock, Terminal: o.terminal, Namespace: o.namespace, Live: f, Drawn: true, Depctl: o.depctl, Look: o.look,
		})
	}
	r := &command.Redrawer{Streams: o.streams, Terminal: o.redetect, Objects: o.output == command.OutputJSON}
	return r.Run(ctx, f.Changed, f.Ended(), func(streams genericiooptions.IOStreams, t command.Terminal) error {
		one := *o
		one.streams, one.terminal = streams, t
		return f.View(ctx, o.clock.Now(), func(w *snapshot.World, notes []string) error {
			return one.show(ctx, snapshot.NewInquiry(w), notes)
		})
	})
}
