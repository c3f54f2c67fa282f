package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/picture"
)

// Main runs the command that args, the program's name first, ask for, and
// returns its exit code.
func Main(args []string, build Build) int {
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	return run(context.Background(), args, newFactory(build), streams)
}

func run(ctx context.Context, args []string, f *factory, streams genericiooptions.IOStreams) int {
	name, rest := commandLine(args)
	root := newRoot(name, f, streams)
	root.SetArgs(rest)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	var end ended
	if errors.As(err, &end) {
		return int(end)
	}
	fmt.Fprintf(streams.ErrOut, "error: %s\n", picture.Clean(err.Error()))
	var usage *usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(streams.ErrOut, "See '%s --help' for usage.\n", cmd.CommandPath())
		return exitUsage
	}
	return exitError
}
