package batch

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// line is options on one line.
type line struct {
	dialect *request.Dialect
	file    string
	number  int
	words   []notation.Word
	// single says that it is one option, which does not tell the dialect.
	single bool
}

func (l *line) at(w notation.Word, flag string) request.Place {
	return request.Place{File: l.file, Line: l.number, Column: w.Column, Flag: flag}
}

// apply does what the options of a line ask for. On the command line, whose
// number is 0, what is no option is a mistake too.
func (l *line) apply(r *request.Request) {
	for words := l.words; len(words) > 0; {
		first := words[0]
		words = words[1:]
		f := find(l.dialect, first.Text)
		at := l.at(first, f.name)
		if f.option == nil {
			l.unknown(r, at, f, first.Text)
			if len(words) > 0 && !strings.HasPrefix(words[0].Text, "-") {
				words = words[1:] // its value
			}
			continue
		}
		o, values := f.option, f.given
		missing := o.Values - len(values)
		if missing > len(words) {
			r.Fail(at, "", "it needs a value")
			return
		}
		for missing > 0 || o.More != nil && len(words) > 0 && o.More(values, words[0].Text) {
			values = append(values, words[0].Text)
			words = words[1:]
			missing--
		}
		switch {
		case o.Values == request.Maybe && len(values) == 0:
			values = []string{""}
		case o.Values == 0 && len(f.given) > 0 && f.joined:
			// Letters without values may stand together: -Vz.
			words = slices.Insert(slices.Clone(words), 0, notation.Word{Text: "-" + f.given[0], Column: first.Column + len(f.name) - 1})
			values = nil
		case o.Values == 0 && len(f.given) > 0:
			r.Fail(at, "", "it takes no value")
			continue
		}
		at.Flag = strings.Join(append([]string{f.name}, values...), " ")
		if strings.HasPrefix(f.name, "--") && len(values) == 1 && values[0] != "" {
			at.Flag = f.name + "=" + values[0]
		}
		at.Flag = strings.TrimSpace(at.Flag)
		if !r.IgnoresOption(at, l.dialect.Name, o.Spellings()...) {
			o.Apply(r, at, slices.Clone(values))
		}
	}
}

// unknown reports a word that is no option of a dialect. One that is only misspelt
// must not be left out: it may be a dependency.
func (l *line) unknown(r *request.Request, at request.Place, f found, text string) {
	d := l.dialect
	switch near := nearest(d, at.Flag); {
	case d.Parting != "" && text == d.Parting:
		refuseComponents(r, at)
	case len(text) < 2 || text[0] != '-':
		r.Fail(at, "an option begins with -, and a value with blanks needs quotes", "%q is not an option of %s", text, d.Name)
	case r.IgnoresOption(at, d.Name, at.Flag):
	case len(f.several) > 1:
		var names []string
		for _, o := range f.several {
			names = append(names, o.Spellings()[len(o.Spellings())-1])
		}
		r.Fail(at, "write one of "+strings.Join(names, ", "), "several options of %s begin like this", d.Name)
	case near != "":
		r.Fail(at, fmt.Sprintf("did you mean %s?", near), "this option of %s is not known", d.Name)
	default:
		r.Unsupported(at, request.HintIgnore, "this option of %s is not known", d.Name)
	}
}

// refuseComponents refuses a heterogeneous job: the options of its components must
// not be taken together.
func refuseComponents(r *request.Request, at request.Place) {
	r.Fail(at, "submit each component as a Job of its own, or use an MPI operator",
		"a heterogeneous job has components with options of their own, and cannot be one Job")
}
