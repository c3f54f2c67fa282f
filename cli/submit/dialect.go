package submit

import (
	"slices"
	"strings"
)

// Dialect is the system in whose words options are given.
type Dialect string

// The dialects.
const (
	Depctl     Dialect = "depctl"
	Slurm      Dialect = "slurm"
	GridEngine Dialect = "gridengine"
	PBS        Dialect = "pbs"
	LSF        Dialect = "lsf"
)

// Dialects returns all of them, depctl's own first.
func Dialects() []Dialect { return []Dialect{Depctl, Slurm, GridEngine, PBS, LSF} }

// spelling is how a system writes its options.
type spelling int

const (
	// gnu is --name=value, --name value, -n value and -nvalue.
	gnu spelling = iota
	// single is -name value.
	single
	// letter is -n value and -nvalue.
	letter
)

// system is how a batch system is spoken to.
type system struct {
	dialect Dialect
	// prefix begins a line of options in a script.
	prefix   string
	spelling spelling
	// anywhere says that the lines count behind the first command too.
	anywhere bool
	options  []option
}

func systems() []*system {
	return []*system{
		{Depctl, "#DEPCTL", gnu, false, depctlOptions()},
		{Slurm, "#SBATCH", gnu, false, slurmOptions()},
		{GridEngine, "#$", single, true, gridEngineOptions()},
		{PBS, "#PBS", letter, false, pbsOptions()},
		{LSF, "#BSUB", single, true, lsfOptions()},
	}
}

func systemOf(d Dialect) *system {
	all := systems()
	return all[slices.IndexFunc(all, func(s *system) bool { return s.dialect == d })]
}

// option is one that a system has.
type option struct {
	// names are its spellings, separated by spaces.
	names string
	// values is how many it takes. A gnu option that may have one, and then only
	// behind "=", takes maybe.
	values int
	// value and help are for depctl's own help.
	value, help string
	read        func(r *request, at place, values []string)
}

const maybe = -1

func (o *option) named(name string) bool {
	return slices.Contains(strings.Fields(o.names), name)
}

// optionNamed returns the option with this spelling, nil if there is none.
func (s *system) optionNamed(name string) *option {
	for i := range s.options {
		if s.options[i].named(name) {
			return &s.options[i]
		}
	}
	return nil
}

// line is options on one line.
type line struct {
	system *system
	file   string
	number int
	words  []word
	// single says that it is one option, which does not tell the dialect.
	single bool
}

func (l *line) at(w word, flag string) place {
	return place{file: l.file, line: l.number, column: w.column, flag: flag}
}

// apply calls the readers of the options of a line. On the command line, whose
// number is 0, what is no option is a mistake too.
func (l *line) apply(r *request) {
	for words := l.words; len(words) > 0; {
		first := words[0]
		words = words[1:]
		o, name, given := l.system.find(first.text)
		at := l.at(first, name)
		if o == nil {
			r.unknown(at, l.system, first.text)
			if len(words) > 0 && !strings.HasPrefix(words[0].text, "-") {
				words = words[1:] // its value
			}
			continue
		}
		values := given
		missing := o.values - len(values)
		if missing > len(words) {
			r.fail(at, "", "it needs a value")
			return
		}
		for range missing {
			values = append(values, words[0].text)
			words = words[1:]
		}
		switch {
		case o.values == maybe && len(values) == 0:
			values = []string{""}
		case o.values == 0 && len(values) > 0:
			r.fail(at, "", "it takes no value")
			continue
		}
		at.flag = strings.Join(append([]string{name}, values...), " ")
		if strings.HasPrefix(name, "--") && len(values) == 1 && values[0] != "" {
			at.flag = name + "=" + values[0]
		}
		at.flag = strings.TrimSpace(at.flag)
		r.speaking = l.system.dialect
		o.read(r, at, slices.Clone(values))
	}
}

// find returns the option that a word is, nil if it is none, its name as
// written, and the value if the word has it.
func (s *system) find(text string) (o *option, name string, given []string) {
	if !strings.HasPrefix(text, "-") || text == "-" || text == "--" {
		return nil, text, nil
	}
	if s.spelling == gnu && strings.HasPrefix(text, "--") {
		name, value, has := strings.Cut(text, "=")
		if o = s.optionNamed(name); o != nil && has {
			given = []string{value}
		}
		return o, name, given
	}
	if o = s.optionNamed(text); o != nil || s.spelling == single {
		return o, text, nil
	}
	name = text[:min(2, len(text))]
	if o = s.optionNamed(name); o != nil && len(text) > 2 {
		given = []string{strings.TrimPrefix(text[2:], "=")}
	}
	return o, name, given
}
