package imitation

import (
	"errors"
	"strings"

	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/picture"
)

// Text keeps control characters from a terminal, and the end of a line from a message.
func Text(s string) string { return strings.TrimRight(picture.Clean(s), "\n") }

// Lines returns what is wrong with a request, a line each, or the text of another error.
func Lines(err error) string {
	var problems request.Problems
	if !errors.As(err, &problems) {
		return Text(err.Error())
	}
	all := make([]string, len(problems))
	for i, p := range problems {
		all[i] = Text(p.String())
	}
	return strings.Join(all, "\n")
}

// Options is a command line that was read.
type Options struct {
	// Values are those that each option was given, in order; a switch has empty ones.
	Values map[string][]string
	// Rest is what is no option, in order.
	Rest []string
}

// Has reports whether an option was given.
func (o *Options) Has(name string) bool { return len(o.Values[name]) > 0 }

// Last returns the last value of an option, empty for none.
func (o *Options) Last(name string) string {
	all := o.Values[name]
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}
