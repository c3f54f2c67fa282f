package batch

import (
	"slices"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// wait is something to wait for, in the words of an option.
type wait struct {
	at place
	// key is the same for options that replace one another.
	key       string
	translate func(t *translation) term
}

// waitFor adds something to wait for, in place of what the same key said before.
// That the command line wins over the script goes without saying.
func (r *request) waitFor(key string, at place, translate func(t *translation) term) {
	for _, w := range r.waits {
		if w.key == key && (w.at.line == 0) == (at.line == 0) {
			r.note(at, "it replaces %s: of several, the last one counts", w.at.flag)
		}
	}
	r.waits = slices.DeleteFunc(r.waits, func(w wait) bool { return w.key == key })
	if translate != nil {
		r.waits = append(r.waits, wait{at, key, translate})
	}
}

// alsoWaitFor adds something to wait for, beside all others.
func (r *request) alsoWaitFor(at place, made term) {
	r.waits = append(r.waits, wait{at: at, translate: func(*translation) term { return made }})
}

// replaceWaits forgets what the script and the manifest wait for.
func (r *request) replaceWaits() {
	r.waits = slices.DeleteFunc(r.waits, func(w wait) bool { return w.at.line > 0 })
	r.replaced = true
}

// expression returns what the Job waits for, as canonical text: what all the
// options say together, else what the manifest says. It is empty if there is
// nothing.
func (r *request) expression() string {
	if len(r.waits) == 0 && !r.replaced && r.Manifest != nil {
		return r.Manifest.Annotations[gate.DependsOnAnnotation]
	}
	var terms []term
	for _, w := range r.waits {
		if made := w.translate(&translation{r, w.at}); !made.isEmpty() {
			terms = append(terms, made)
		}
	}
	if len(terms) == 0 {
		return ""
	}
	text := all(terms...).String()
	expr, err := lang.Parse(text)
	if err != nil {
		r.fail(place{}, "", "what the options wait for cannot be said:\n%s", err)
		return ""
	}
	if expr.Elementwise() && r.array == nil && !isIndexed(r.Manifest) {
		r.fail(r.waits[0].at, "add --array", "%s is about elements, and the Job is no array", expr)
		return ""
	}
	return expr.String()
}
