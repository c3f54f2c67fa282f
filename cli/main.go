package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"k8s.io/cli-runtime/pkg/genericiooptions"

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
	return run(context.Background(), args, cluster.NewFactory(build), streams)
}

func run(ctx context.Context, args []string, f *cluster.Factory, streams genericiooptions.IOStreams) int {
	name, rest := commandLine(args)
	root := newRoot(name, f, streams)
	root.SetArgs(rest)
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
		fmt.Fprintf(streams.ErrOut, "See '%s --help' for usage.\n", cmd.CommandPath())
		return command.ExitUsage
	}
	return command.ExitError
}
