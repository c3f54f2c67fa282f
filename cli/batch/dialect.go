package batch

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

// apply does what the options of a line ask for. On the command line, whose
// number is 0, what is no option is a mistake too.
func (l *line) apply(r *request) {
	for words := l.words; len(words) > 0; {
		first := words[0]
		words = words[1:]
		f := l.system.find(first.text)
		at := l.at(first, f.name)
		if f.option == nil {
			r.unknown(at, l.system, f, first.text)
			if len(words) > 0 && !strings.HasPrefix(words[0].text, "-") {
				words = words[1:] // its value
			}
			continue
		}
		o, values := f.option, f.given
		missing := o.values - len(values)
		if missing > len(words) {
			r.fail(at, "", "it needs a value")
			return
		}
		for missing > 0 || o.more != nil && len(words) > 0 && o.more(values, words[0].text) {
			values = append(values, words[0].text)
			words = words[1:]
			missing--
		}
		switch {
		case o.values == maybe && len(values) == 0:
			values = []string{""}
		case o.values == 0 && len(f.given) > 0 && f.joined:
			// Letters without values may stand together: -Vz.
			words = slices.Insert(slices.Clone(words), 0, word{text: "-" + f.given[0], column: first.column + len(f.name) - 1})
			values = nil
		case o.values == 0 && len(f.given) > 0:
			r.fail(at, "", "it takes no value")
			continue
		}
		at.flag = strings.Join(append([]string{f.name}, values...), " ")
		if strings.HasPrefix(f.name, "--") && len(values) == 1 && values[0] != "" {
			at.flag = f.name + "=" + values[0]
		}
		at.flag = strings.TrimSpace(at.flag)
		if !r.ignoresOption(at, l.system.dialect, o.spellings()...) {
			o.apply(r, at, slices.Clone(values))
		}
	}
}

// found is what a word says of an option.
type found struct {
	// option is nil if it is none, and several are those that the name may mean.
	option  *option
	several []*option
	// name is as written, and given the value if the word has it.
	name  string
	given []string
	// joined says that the value stands right behind a letter.
	joined bool
}

// find returns the option that a word is.
func (s *system) find(text string) found {
	if !strings.HasPrefix(text, "-") || text == "-" || text == "--" {
		return found{name: text}
	}
	if s.spelling == gnu && strings.HasPrefix(text, "--") {
		name, value, has := strings.Cut(text, "=")
		f := found{name: name, option: s.optionNamed(name)}
		if f.option == nil {
			switch f.several = s.abbreviated(name); len(f.several) {
			case 1:
				f.option, f.several = f.several[0], nil
			}
		}
		if f.option != nil && has {
			f.given = []string{value}
		}
		return f
	}
	f := found{name: text, option: s.optionNamed(text)}
	if f.option != nil || s.spelling == single && !s.digitsJoined(text) {
		return f
	}
	name := text[:min(2, len(text))]
	if o := s.optionNamed(name); o != nil && len(text) > 2 {
		return found{name: name, option: o, given: []string{strings.TrimPrefix(text[2:], "=")}, joined: text[2] != '='}
	}
	return f
}

// digitsJoined reports whether a word is a letter of LSF with its number, as -n4.
func (s *system) digitsJoined(text string) bool {
	return s.dialect == LSF && len(text) > 2 && text[2] >= '0' && text[2] <= '9'
}
