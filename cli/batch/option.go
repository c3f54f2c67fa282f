package batch

import (
	"strings"

	"depctl.dev/lang"
)

// option is one that a system has. What becomes of it is one of three: it is
// carried over by a reader, it is left out with a note that says why, or it is
// refused. The lists of the manuals are in the folder manuals; a test compares
// them with the options here, and writes docs/reference/options.md of both.
type option struct {
	// names are its spellings, separated by spaces.
	names string
	// values is how many it takes. A gnu option that may have one, and then only
	// behind "=", takes maybe.
	values int
	// more reports whether the next word belongs to it too.
	more func(values []string, next string) bool

	// read carries it over.
	read reader
	// note says why it is left out.
	note string
	// refusal says why it is refused, and hint what to do.
	refusal, hint string

	// waits is for what says when the Job may run: no site may ignore it.
	waits bool
	// value and help are for depctl's own help.
	value, help string
}

const maybe = -1

// Fate is what becomes of an option.
type Fate string

// The fates.
const (
	Carried Fate = "carried"
	Ignored Fate = "ignored"
	Refused Fate = "refused"
)

func (o *option) fate() Fate {
	switch {
	case o.refusal != "":
		return Refused
	case o.note != "":
		return Ignored
	}
	return Carried
}

func (o *option) apply(r *request, at place, values []string) {
	switch {
	case o.refusal != "":
		r.unsupported(at, o.hint, "%s", o.refusal)
	case o.note != "":
		r.note(at, "%s", o.note)
	default:
		o.read(r, at, values)
	}
}

func (o *option) spellings() []string { return strings.Fields(o.names) }

// optionNamed returns the option with this spelling, nil if there is none.
func (s *system) optionNamed(name string) *option {
	for i := range s.options {
		for _, one := range s.options[i].spellings() {
			if one == name {
				return &s.options[i]
			}
		}
	}
	return nil
}

// abbreviated returns the options that a long name may stand for: getopt takes
// the beginning of a name, if no other option begins so.
func (s *system) abbreviated(name string) []*option {
	var found []*option
	if s.spelling != gnu || s.dialect == Depctl || len(name) < len("--x") {
		return nil
	}
	for i := range s.options {
		for _, one := range s.options[i].spellings() {
			if strings.HasPrefix(one, name) {
				found = append(found, &s.options[i])
				break
			}
		}
	}
	return found
}

// nearest returns the option that a name is a slip of, "" if there is none.
func (s *system) nearest(name string) string {
	var all []string
	for i := range s.options {
		all = append(all, s.options[i].spellings()...)
	}
	return lang.Nearest(name, all)
}
