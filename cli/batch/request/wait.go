package request

import (
	"slices"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// wait is something to wait for, in the words of an option.
type wait struct {
	at Place
	// key is the same for options that replace one another.
	key       string
	translate func(t *Translation) Term
}

// WaitFor adds something to wait for, in place of what the same key said before.
// That the command line wins over the script goes without saying.
func (r *Request) WaitFor(key string, at Place, translate func(t *Translation) Term) {
	for _, w := range r.waits {
		if w.key == key && (w.at.Line == 0) == (at.Line == 0) {
			r.Note(at, "it replaces %s: of several, the last one counts", w.at.Flag)
		}
	}
	r.waits = slices.DeleteFunc(r.waits, func(w wait) bool { return w.key == key })
	if translate != nil {
		r.waits = append(r.waits, wait{at, key, translate})
	}
}

// AlsoWaitFor adds something to wait for, beside all others.
func (r *Request) AlsoWaitFor(at Place, made Term) {
	r.waits = append(r.waits, wait{at: at, translate: func(*Translation) Term { return made }})
}

// ReplaceWaits forgets what the script and the manifest wait for.
func (r *Request) ReplaceWaits() {
	r.waits = slices.DeleteFunc(r.waits, func(w wait) bool { return w.at.Line > 0 })
	r.replaced = true
}

// Expression returns what the Job waits for, as canonical text: what all the
// options say together, else what the manifest says. It is empty if there is
// nothing.
func (r *Request) Expression() string {
	if len(r.waits) == 0 && !r.replaced && r.Manifest != nil {
		return r.Manifest.Annotations[gate.DependsOnAnnotation]
	}
	var terms []Term
	for _, w := range r.waits {
		if made := w.translate(&Translation{r, w.at}); !made.IsEmpty() {
			terms = append(terms, made)
		}
	}
	if len(terms) == 0 {
		return ""
	}
	text := All(terms...).String()
	expr, err := lang.Parse(text)
	if err != nil {
		r.Fail(Place{}, "", "what the options wait for cannot be said:\n%s", err)
		return ""
	}
	if expr.Elementwise() && r.Array == nil && !IsIndexed(r.Manifest) {
		r.Fail(r.waits[0].at, "add --array", "%s is about elements, and the Job is no array", expr)
		return ""
	}
	return expr.String()
}
