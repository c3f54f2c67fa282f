package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/picture"
)

// The exit codes of depctl.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
	// Of "depctl lint": something was found, and a file cannot be read.
	exitFindings   = 1
	exitUnreadable = 3
)

// Build says which build of depctl is running.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

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

// ended is the exit code of a command that has said everything already.
type ended int

func (e ended) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usageError is a mistake in the arguments of a command, which its help text
// could have prevented.
type usageError struct {
	message string
}

func (e *usageError) Error() string { return e.message }

func usageErrorf(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}
