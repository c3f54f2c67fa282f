package check

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/checkup"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

const checkLong = `Look whether everything of depctl is in place: the gate runs and one leads, this
program and the gate are of one version, annotated Jobs are held at birth, the
gate may do what it needs and no more, it may look up the kinds of objects that
Jobs wait for, and no Job is stuck by a mistake.

Nothing is changed. Whether Jobs are held is tried by a dry run of a Job in the
namespace of -n. What you may not look at is a warning.

Exit codes: 0 if nothing has failed, warnings or not; 1 if something has.`

const checkExample = `  depctl check
  depctl check -o json | jq '.findings[] | select(.level != "ok")'`

type checkOptions struct {
	streams genericiooptions.IOStreams
	clock   clock.PassiveClock
	build   command.Build
	output  string

	// The rest is filled in by complete.
	namespace, scope string
	client           cluster.Client
	terminal         command.Terminal
}

// checkJSON is what "depctl check -o json" prints. Its names are a promise.
type checkJSON struct {
	OK         bool              `json:"ok"`
	Findings   []checkup.Finding `json:"findings"`
	NotChecked []string          `json:"notChecked"`
}

// New returns "depctl check".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &checkOptions{streams: streams, clock: f.Clock, build: f.Build}
	cmd := &cobra.Command{
		Use:                   "check [-n NAMESPACE] [-o json|yaml]",
		Short:                 "Look whether the installation is in order",
		Long:                  checkLong,
		Example:               checkExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := command.ValidateOutputs(o.output, command.OutputJSON, command.OutputYAML); err != nil {
				return err
			}
			o.terminal, o.scope = f.Terminal(streams.Out), f.GivenNamespace()
			var err error
			if o.namespace, err = f.Namespace(); err != nil {
				return err
			}
			if o.client, err = f.Client(); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "Output format: json or yaml.")
	return cmd
}

func (o *checkOptions) run(ctx context.Context) error {
	i := &cluster.Inspector{Client: o.client, Build: o.build, Namespace: o.namespace, Scope: o.scope, Now: o.clock.Now()}
	facts, err := i.Facts(ctx)
	if err != nil {
		return err
	}
	list := checkup.Of(facts)
	failed := checkup.Failed(list)
	switch o.output {
	case command.OutputJSON:
		err = command.WriteJSON(o.streams.Out, checkJSON{!failed, list, checkup.NotChecked})
	case command.OutputYAML:
		err = command.WriteYAML(o.streams.Out, checkJSON{!failed, list, checkup.NotChecked})
	default:
		err = o.draw(list)
	}
	if err == nil && failed {
		return command.Ended(command.ExitError)
	}
	return err
}

// draw writes a line for each finding, and under it how to fix it.
func (o *checkOptions) draw(list []checkup.Finding) error {
	out := bufio.NewWriter(o.streams.Out)
	column := 0
	for _, f := range list {
		column = max(column, len(f.Check))
	}
	indent := strings.Repeat(" ", column+4)
	for _, f := range list {
		lines := command.Wrap(picture.Clean(f.Message), command.WrapWidth(o.terminal)-len(indent))
		fmt.Fprintf(out, "%s %-*s  %s\n", o.mark(f.Level), column, f.Check, strings.Join(lines, "\n"+indent))
		if f.Fix != "" {
			fmt.Fprintf(out, "%s%s\n", indent, f.Fix)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the findings: %w", err)
	}
	notes := make([]string, len(checkup.NotChecked))
	for i, what := range checkup.NotChecked {
		notes[i] = "Not checked: " + what + "."
	}
	return command.PrintNotes(o.streams.ErrOut, notes)
}

func (o *checkOptions) mark(level checkup.Level) string {
	ascii := o.terminal.Glyphs.Ellipsis == picture.ASCII().Ellipsis
	signs := map[checkup.Level][3]string{
		checkup.OK: {"✓", "+", "32"}, checkup.Warning: {"!", "!", "33"}, checkup.Failure: {"✗", "x", "31"},
	}[level]
	sign := signs[0]
	if ascii {
		sign = signs[1]
	}
	if !o.terminal.Colour {
		return sign
	}
	return picture.Paint(sign, signs[2])
}
