package batch

import (
	"fmt"
	"slices"
	"strings"
)

// line is options on one line.
type line struct {
	dialect *Dialect
	file    string
	number  int
	words   []word
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
		f := find(l.dialect, first.text)
		at := l.at(first, f.name)
		if f.option == nil {
			l.unknown(r, at, f, first.text)
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
		if !r.ignoresOption(at, l.dialect.Name, o.spellings()...) {
			o.apply(r, at, slices.Clone(values))
		}
	}
}

// unknown reports a word that is no option of a dialect. One that is only misspelt
// must not be left out: it may be a dependency.
func (l *line) unknown(r *request, at place, f found, text string) {
	d := l.dialect
	switch near := nearest(d, at.flag); {
	case d.Parting != "" && text == d.Parting:
		refuseComponents(r, at)
	case len(text) < 2 || text[0] != '-':
		r.fail(at, "an option begins with -, and a value with blanks needs quotes", "%q is not an option of %s", text, d.Name)
	case r.ignoresOption(at, d.Name, at.flag):
	case len(f.several) > 1:
		var names []string
		for _, o := range f.several {
			names = append(names, o.spellings()[len(o.spellings())-1])
		}
		r.fail(at, "write one of "+strings.Join(names, ", "), "several options of %s begin like this", d.Name)
	case near != "":
		r.fail(at, fmt.Sprintf("did you mean %s?", near), "this option of %s is not known", d.Name)
	default:
		r.unsupported(at, hintIgnore, "this option of %s is not known", d.Name)
	}
}

// refuseComponents refuses a heterogeneous job: the options of its components must
// not be taken together.
func refuseComponents(r *request, at place) {
	r.fail(at, "submit each component as a Job of its own, or use an MPI operator",
		"a heterogeneous job has components with options of their own, and cannot be one Job")
}
