package gridengine

import (
	"errors"
	"fmt"
	"strings"

	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/imitation"
	"depctl.dev/cli/picture"
)

const (
	// dialect is that of package batch.
	dialect = "gridengine"
	// release is the one whose manuals the commands go by.
	release = "SGE 8.1.9"
)

// tool is one of the commands that was called.
type tool struct {
	*imitation.Session
	name string
}

// said is an error in Grid Engine's own words.
type said string

func (s said) Error() string { return string(s) }

// help prints what -help prints first: programs look for the release there.
func (t tool) help(usage string) int {
	t.Print("%s\nusage: %s %s\n\nThis is depctl: what Kubernetes can do of %s(1). See docs/guide/grid-engine.md.\n", release, t.name, usage, t.name)
	return 0
}

// fail reports an error, and returns the exit status.
func (t tool) fail(err error) int {
	var own said
	prefix := "error: "
	if errors.As(err, &own) {
		prefix = ""
	}
	t.Complain("%s%s\n", prefix, text(err.Error()))
	return 1
}

// wrong reports a wrong command line.
func (t tool) wrong(format string, args ...any) int {
	t.Complain("error: ERROR! "+format+"\nUsage: %s -help\n", append(args, t.name)...)
	return 1
}

// lines returns what is wrong with a request, a line each.
func lines(err error) string {
	var problems request.Problems
	if !errors.As(err, &problems) {
		return text(err.Error())
	}
	all := make([]string, len(problems))
	for i, p := range problems {
		all[i] = text(p.String())
	}
	return strings.Join(all, "\n")
}

// text keeps control characters from a terminal.
func text(s string) string { return strings.TrimRight(picture.Clean(s), "\n") }

// options is a command line of single-dash words.
type options struct {
	// values are those that each option was given, in order; a switch has empty ones.
	values map[string][]string
	rest   []string
}

func (o *options) has(name string) bool { return len(o.values[name]) > 0 }

// last returns the last value of an option, "" for none.
func (o *options) last(name string) string {
	all := o.values[name]
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// all returns the parts of all values of an option, which commas and spaces part.
func (o *options) all(name string) []string {
	return list(strings.Join(o.values[name], ","))
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// takes says of each option whether it has a value, and refuses what has a reason.
type takes map[string]struct {
	value   bool
	refusal string
}

// parse reads a command line. ok is false if that was wrong, which is then said.
func (t tool) parse(args []string, known takes) (o options, ok bool, code int) {
	o.values = map[string][]string{}
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		if !strings.HasPrefix(word, "-") || word == "-" {
			o.rest = append(o.rest, word)
			continue
		}
		option, is := known[word]
		switch {
		case word == "-help":
			return o, false, t.help("[options] [job ...]")
		case !is:
			return o, false, t.wrong("invalid option argument %q", word)
		case option.refusal != "":
			return o, false, t.fail(fmt.Errorf("%s is not done here: %s", word, option.refusal))
		case !option.value:
			o.values[word] = append(o.values[word], "")
		case len(args) == 0:
			return o, false, t.wrong("%s option must have an argument", word)
		default:
			o.values[word] = append(o.values[word], args[0])
			args = args[1:]
		}
	}
	return o, true, 0
}
