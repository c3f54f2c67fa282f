package parse

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

const parseLong = `Read an expression as the gate does, and show what it means: its canonical
text, its tree, and the objects and sets that it names, each with what is asked
of it. A name without a namespace is in that of the annotated Job.

FOR says what waits: the Job, or each of its elements, where the expression
speaks of its index i or of itself. Mistakes and warnings go to standard error.

With -o json: "text", the canonical text; "tree", with places in bytes of what
was given; and "names".

Exit codes: 0 it can be read, 1 it cannot, 2 the command line was wrong.`

const parseExample = `  depctl parse 'extract, (train or failed(tune, code=3)), finished(cleanup) + 10m'
  echo 'a[i-1 .. i+1]' | depctl parse -

  # What a Job waits for, for scripts
  depctl parse 'extract, etl/load' -o json | jq -r '.names[].name'`

// parseOptions is what "depctl parse" was asked to do.
type parseOptions struct {
	streams  genericiooptions.IOStreams
	given    string
	output   string
	terminal command.Terminal
}

// New returns "depctl parse".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &parseOptions{streams: streams}
	cmd := &cobra.Command{
		Use:                   "parse EXPRESSION | - [-o json]",
		Short:                 "Show what an expression means",
		Long:                  parseLong,
		Example:               parseExample,
		Args:                  oneExpression,
		DisableFlagsInUseLine: true,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := command.ValidateOutput(o.output); err != nil {
				return err
			}
			o.given, o.terminal = args[0], f.Terminal(o.streams.Out)
			return o.run()
		},
	}
	command.AddOutputFlag(cmd.Flags(), &o.output)
	return cmd
}

func oneExpression(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return command.UsageErrorf("there is no expression: give one, or - for standard input")
	case 1:
		return nil
	default:
		return command.UsageErrorf("there are %d arguments, put the expression in quotes", len(args))
	}
}

func (o *parseOptions) run() error {
	m, err := o.read()
	if err != nil {
		return err
	}
	expr, err := lang.Parse(m.Text)
	if err := o.printDiagnostics(m, expr, err); err != nil {
		return err
	}
	if err != nil {
		return command.Ended(command.ExitError)
	}
	if o.output == command.OutputJSON {
		return command.WriteJSON(o.streams.Out, newParsedJSON(expr))
	}
	if _, err := io.WriteString(o.streams.Out, picture.Clean(drawExpr(expr, o.terminal.Glyphs))); err != nil {
		return fmt.Errorf("writing the tree: %w", err)
	}
	return nil
}

// read returns the expression as a file, so that its mistakes are drawn as
// those in files are.
func (o *parseOptions) read() (*manifest.Manifest, error) {
	if o.given == "-" {
		return manifest.ReadManifest(o.given, o.streams.In)
	}
	return &manifest.Manifest{Name: "expression", Text: o.given, Lines: manifest.FileLines(o.given)}, nil
}

func (o *parseOptions) printDiagnostics(m *manifest.Manifest, expr *lang.Expr, invalid error) error {
	var found []manifest.Finding
	for _, diagnostic := range manifest.DiagnoseText(expr, invalid, lang.Context{}) {
		found = append(found, manifest.Finding{Manifest: m, Diagnostic: diagnostic})
	}
	if _, err := io.WriteString(o.streams.ErrOut, manifest.DrawFindings(found, false)); err != nil {
		return fmt.Errorf("writing the mistakes: %w", err)
	}
	return nil
}
