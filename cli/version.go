package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
)

type versionOptions struct {
	streams genericiooptions.IOStreams
	build   command.Build
	output  string
}

func newCmdVersion(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &versionOptions{streams: streams, build: f.Build}
	cmd := &cobra.Command{
		Use:   "version [-o json]",
		Short: "Print which build of depctl this is",
		Long:  "Print which build of depctl this is: its version, commit and Go version.",
		Example: `  depctl version
  depctl version -o json`,
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(*cobra.Command, []string) error {
			if err := command.ValidateOutput(o.output); err != nil {
				return err
			}
			return o.run()
		},
	}
	command.AddOutputFlag(cmd.Flags(), &o.output)
	return cmd
}

func (o *versionOptions) run() error {
	if o.output == command.OutputJSON {
		return command.WriteJSON(o.streams.Out, o.build)
	}
	return printVersion(o.streams.Out, o.build)
}

// printVersion is "depctl version", and "depctl --version".
func printVersion(out io.Writer, build command.Build) error {
	_, err := fmt.Fprintf(out, "depctl %s, commit %s, %s\n", build.Version, build.Commit, build.Go)
	return err
}
