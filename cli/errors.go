package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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

// flatten makes one list of joined errors, each once: the same right is missing
// for many objects.
func flatten(err error) error {
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
