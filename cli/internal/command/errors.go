package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The exit codes of depctl.
const (
	ExitOK    = 0
	ExitError = 1
	ExitUsage = 2
	// Of "depctl lint": something was found, and a file cannot be read.
	ExitFindings   = 1
	ExitUnreadable = 3
	// ExitInterrupted is that of a shell's command that was interrupted.
	ExitInterrupted = 130
)

// Ended is the exit code of a command that has said everything already.
type Ended int

func (e Ended) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// UsageError is a mistake in the arguments of a command, which its help text
// could have prevented.
type UsageError struct {
	Message string
}

func (e *UsageError) Error() string { return e.Message }

// UsageErrorf returns a UsageError, as fmt.Errorf does.
func UsageErrorf(format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...)}
}

// Flatten makes one list of joined errors, each once: the same right is missing
// for many objects.
func Flatten(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var lines []string
	var walk func([]error)
	walk = func(all []error) {
		for _, one := range all {
			if more, ok := one.(interface{ Unwrap() []error }); ok {
				walk(more.Unwrap())
			} else if line := one.Error(); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	walk(joined.Unwrap())
	return errors.New(strings.Join(lines, "\n  "))
}
