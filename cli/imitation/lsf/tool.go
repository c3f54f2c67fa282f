package lsf

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/imitation"
)

const (
	// dialect is that of package batch.
	dialect = "lsf"
	// release is the one whose manuals the commands go by. Programs look for it.
	release = "IBM Spectrum LSF Standard 10.1.0.0, as depctl has it"
	// bad is the exit status of all that went wrong.
	bad = 255
	// defaultQueue is that of a job that names none.
	defaultQueue = "normal"
)

// tool is one of the commands that was called.
type tool struct {
	*imitation.Session
	name string
}

func (t tool) fail(err error) int {
	t.Complain("%s: %s\n", t.name, imitation.Lines(err))
	return bad
}

// options is a command line of single-dash words.
type options struct{ imitation.Options }

// kind says what an option takes, or why it is refused.
type kind struct {
	value   bool
	refusal string
}

// parse reads a command line. Letters may stand together, as in -aJ NAME. done says that all
// was said already.
func (t tool) parse(args []string, known map[string]kind) (o options, done bool, code int) {
	o.Values = map[string][]string{}
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		if !strings.HasPrefix(word, "-") || word == "-" {
			o.Rest = append(o.Rest, word)
			continue
		}
		names := []string{word}
		if _, is := known[word]; !is {
			names = nil
			for _, letter := range word[1:] {
				names = append(names, "-"+string(letter))
			}
		}
		for i, name := range names {
			k, is := known[name]
			switch {
			case word == "-V":
				t.Complain("%s\n", release)
				return o, true, 0
			case word == "-h" || word == "-help":
				t.Complain("Usage: %s [options] [jobId ...]\n\nThis is depctl: what Kubernetes can do of %s(1). See docs/guide/lsf.md.\n", t.name, t.name)
				return o, true, 0
			case !is || k.value && i < len(names)-1:
				t.Complain("%s: Illegal option -- %s\nUsage: %s [-h] [-V] [options] [jobId ...]\n", t.name, imitation.Text(strings.TrimPrefix(word, "-")), t.name)
				return o, true, bad
			case k.refusal != "":
				return o, true, t.fail(fmt.Errorf("%s is not done here: %s", name, k.refusal))
			case !k.value:
				o.Values[name] = append(o.Values[name], "")
			case len(args) == 0:
				t.Complain("%s: option requires an argument -- %s\n", t.name, imitation.Text(strings.TrimPrefix(name, "-")))
				return o, true, bad
			default:
				o.Values[name] = append(o.Values[name], args[0])
				args = args[1:]
			}
		}
	}
	return o, false, 0
}

// given reports whether one of these options was given.
func (o *options) given(names ...string) bool { return slices.ContainsFunc(names, o.Has) }
