package gridengine

import (
	"errors"
	"fmt"
	"strings"

	"depctl.dev/cli/imitation"
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
	t.Complain("%s%s\n", prefix, imitation.Text(err.Error()))
	return 1
}

// wrong reports a wrong command line.
func (t tool) wrong(format string, args ...any) int {
	t.Complain("error: ERROR! "+format+"\nUsage: %s -help\n", append(args, t.name)...)
	return 1
}

// options is a command line of single-dash words.
type options struct{ imitation.Options }

// all returns the parts of all values of an option, which commas and spaces part.
func (o *options) all(name string) []string {
	return list(strings.Join(o.Values[name], ","))
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
	o.Values = map[string][]string{}
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		if !strings.HasPrefix(word, "-") || word == "-" {
			o.Rest = append(o.Rest, word)
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
			o.Values[word] = append(o.Values[word], "")
		case len(args) == 0:
			return o, false, t.wrong("%s option must have an argument", word)
		default:
			o.Values[word] = append(o.Values[word], args[0])
			args = args[1:]
		}
	}
	return o, true, 0
}
