package kinds

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/lang/kind"
)

const kindsLong = `List the kinds of objects that Jobs can wait for.

A kind stands before a colon: deployment:db. Without a status, a reference means
what the column MEANS says: deployment:db is ready(deployment:db). A kind that is not
listed is written with its API group, as in widget.example.com:name; those that Jobs
wait for are listed, too.

CLUSTER says whether the cluster has the kind, and JOBS how many Jobs that wait name
one of it.`

const kindsExample = `  # What is there to wait for, and who does, in all namespaces?
  depctl kinds -A

  # What can be asked of a Deployment?
  depctl kinds -o wide`

// kindsOptions is what "depctl kinds" was asked to do.
type kindsOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.PassiveClock
	allNamespaces bool
	output        string
	noHeaders     bool

	// The rest is filled in by complete.
	reader   *cluster.Reader
	terminal command.Terminal
}

// New returns "depctl kinds".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &kindsOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "kinds [-n NAMESPACE | -A] [-o wide|json|yaml]",
		Short:                 "List what Jobs can wait for",
		Long:                  kindsLong,
		Example:               kindsExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := command.ValidateOutputs(o.output, command.OutputWide, command.OutputJSON, command.OutputYAML); err != nil {
				return err
			}
			if err := o.complete(f); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "Count the Jobs of all namespaces.")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "Leave out the line with the columns' names.")
	flags.StringVarP(&o.output, "output", "o", "", "Output format: wide, json or yaml.")
	return cmd
}

func (o *kindsOptions) complete(f *cluster.Factory) error {
	o.terminal = f.Terminal(o.streams.Out)
	namespace := ""
	if !o.allNamespaces {
		var err error
		if namespace, err = f.Namespace(); err != nil {
			return err
		}
	}
	var err error
	o.reader, err = f.Reader(namespace)
	return err
}

// kindJSON is an item of what "depctl kinds -o json" prints. Its names are a promise.
type kindJSON struct {
	Name     string   `json:"name"`
	Also     []string `json:"also,omitempty"`
	Group    string   `json:"group,omitempty"`
	Means    string   `json:"means"`
	Statuses []string `json:"statuses"`
	// InCluster is whether the cluster has the API group of the kind.
	InCluster bool `json:"inCluster"`
	// Jobs is how many Jobs that wait name an object or a set of the kind.
	Jobs int `json:"jobs"`
}

func (o *kindsOptions) run(ctx context.Context) error {
	w, notes, err := o.reader.Read(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	served, err := o.reader.Groups()
	if err != nil {
		return err
	}
	list := listOf(w.KindsNamed(), served)
	items := command.List(list, false)
	switch o.output {
	case command.OutputJSON:
		err = command.WriteJSON(o.streams.Out, items)
	case command.OutputYAML:
		err = command.WriteYAML(o.streams.Out, items)
	default:
		err = o.draw(list)
	}
	if err != nil {
		return err
	}
	return command.PrintNotes(o.streams.ErrOut, notes)
}

// listOf returns the kinds of the table, and behind them those that only Jobs name.
func listOf(named map[string]int, served map[string]bool) []kindJSON {
	all := kind.All()
	var others []kind.Kind
	for name := range named {
		if k, known := kind.Of(name); known && !k.Listed() {
			others = append(others, k)
		}
	}
	slices.SortFunc(others, func(a, b kind.Kind) int { return strings.Compare(a.Name, b.Name) })
	list := make([]kindJSON, 0, len(all)+len(others))
	for _, k := range append(all, others...) {
		list = append(list, kindJSON{
			Name: k.Name, Also: k.Also, Group: k.Group, Means: k.Default(), Statuses: k.Statuses(),
			InCluster: k.Group == "" || served[k.Group], Jobs: named[k.Name],
		})
	}
	return list
}

func (o *kindsOptions) draw(list []kindJSON) error {
	wide := o.output == command.OutputWide
	var rows [][]command.Cell
	if !o.noHeaders {
		head := []command.Cell{{Text: "KIND"}, {Text: "ALSO"}, {Text: "MEANS"}, {Text: "CLUSTER"}, {Text: "JOBS", Right: true}}
		if wide {
			head = append(head, command.Cell{Text: "CAN BE"})
		}
		rows = append(rows, head)
	}
	for _, k := range list {
		also, there := strings.Join(k.Also, ","), "yes"
		if also == "" {
			also = "-"
		}
		if !k.InCluster {
			there = "no"
		}
		row := []command.Cell{{Text: k.Name}, {Text: also}, {Text: k.Means}, {Text: there}, {Text: strconv.Itoa(k.Jobs), Right: true}}
		if wide {
			row = append(row, command.Cell{Text: strings.Join(k.Statuses, ",")})
		}
		rows = append(rows, row)
	}
	out := bufio.NewWriter(o.streams.Out)
	command.PrintCells(out, rows, o.terminal.Width)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the kinds: %w", err)
	}
	return nil
}
