package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/imitation"
	"depctl.dev/cli/imitation/gridengine"
	"depctl.dev/cli/imitation/lsf"
	"depctl.dev/cli/imitation/pbs"
	"depctl.dev/cli/imitation/slurm"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

// Build says which build of depctl is running.
type Build = command.Build

// Main runs the command that args, the program's name first, ask for, and
// returns its exit code.
func Main(args []string, build Build) int {
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	if len(args) > 0 {
		if system, cmd, is := imitation.Find(systems(), args[0]); is {
			return cmd.Run(context.Background(), imitation.NewSession(cluster.NewFactory(build), system, streams), args[1:])
		}
	}
	return run(context.Background(), args, cluster.NewFactory(build), streams)
}

// systems are the batch systems whose commands depctl imitates.
func systems() []*imitation.System {
	return []*imitation.System{slurm.System(), gridengine.System(), lsf.System(), pbs.Torque(), pbs.Pro()}
}

func run(ctx context.Context, args []string, f *cluster.Factory, streams genericiooptions.IOStreams) int {
	name, rest := commandLine(args)
	root := newRoot(name, f, streams)
	root.SetArgs(rest)
	f.Again = again(root)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return command.ExitOK
	}
	var end command.Ended
	if errors.As(err, &end) {
		return int(end)
	}
	fmt.Fprintf(streams.ErrOut, "error: %s\n", picture.Clean(err.Error()))
	var usage *command.UsageError
	if errors.As(err, &usage) {
		if cmd.Name() == "help" {
			cmd = cmd.Root()
		}
		fmt.Fprintf(streams.ErrOut, "See '%s --help' for usage.\n", cmd.CommandPath())
		return command.ExitUsage
	}
	return command.ExitError
}

// again returns what runs another command with the options of the connection that this one has.
func again(root *cobra.Command) func(context.Context, *cluster.Factory, []string, io.Writer, io.Writer) int {
	return func(ctx context.Context, f *cluster.Factory, args []string, out, errOut io.Writer) int {
		line := []string{"depctl"}
		root.PersistentFlags().VisitAll(func(flag *pflag.Flag) {
			values := []string{flag.Value.String()}
			if several, is := flag.Value.(pflag.SliceValue); is {
				values = several.GetSlice()
			}
			for _, value := range values {
				if flag.Changed && flag.Name != "namespace" {
					line = append(line, "--"+flag.Name+"="+value)
				}
			}
		})
		streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: out, ErrOut: errOut}
		return run(ctx, append(line, args...), f, streams)
	}
}
