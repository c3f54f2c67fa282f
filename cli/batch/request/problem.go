package request

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Place is where an option stands: in a file, or on the command line, where
// there is no line.
type Place struct {
	File         string
	Line, Column int
	// Flag is the option as it is written.
	Flag string
}

func (p Place) String() string {
	switch {
	case p.Line == 0:
		return p.Flag
	case p.Flag == "":
		return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Flag)
}

// Problem is something that keeps a Job from being made.
type Problem struct {
	// Where is the place: file, line, column and option, as far as there are such.
	Where string
	// Message says what is wrong, and Hint what to do; it may be empty.
	Message, Hint string
	// Unsupported is for what is right elsewhere and has no counterpart here. It
	// can be left out, at the user's risk.
	Unsupported bool

	line int // of the script; 0 for the command line
}

func (p Problem) String() string {
	text := p.Message
	if p.Where != "" {
		text = p.Where + ": " + text
	}
	if p.Hint != "" {
		text += "\n  " + strings.ReplaceAll(p.Hint, "\n", "\n  ")
	}
	return text
}

// Problems are all that keep a Job from being made, in the order of the options.
// They are the error that Compile returns.
type Problems []Problem

// Sorted returns the problems in the order of the script, and then those of the
// command line.
func (p Problems) Sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(-cmp.Compare(min(a.line, 1), min(b.line, 1)), cmp.Compare(a.line, b.line))
	})
	return p
}

// Error returns all problems, each on lines of its own.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, one := range p {
		texts[i] = one.String()
	}
	return strings.Join(texts, "\n")
}
