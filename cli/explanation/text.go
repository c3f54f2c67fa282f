package explanation

import (
	"fmt"
	"strings"

	"depctl.dev/lang"
)

// wrapped writes a text, each of its lines broken where the terminal ends.
func (d *drawing) wrapped(indent, text string) {
	for line := range strings.SplitSeq(d.Clean(text), "\n") {
		room := 0
		if d.Width > 0 {
			room = max(d.Width-width(indent), 20)
		}
		// What is drawn under a line of an expression keeps its blanks.
		if strings.HasPrefix(line, "  ") {
			d.line("%s", indent+d.cut(line, width(indent)))
			continue
		}
		for _, l := range wrap(line, room) {
			d.line("%s", indent+l)
		}
	}
}

// wrap breaks a text at white space; room 0 leaves it as it is.
func wrap(text string, room int) []string {
	if room == 0 {
		return []string{text}
	}
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case width(*last)+1+width(word) <= room:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

func (d *drawing) elements(e *Explanation) {
	a := e.Array
	if e.Element != nil {
		return // the first line says it
	}
	d.line("Its %s, each by itself:", many(int(a.Size), "element"))
	for _, c := range a.counts {
		if len(c.set) == 0 {
			continue
		}
		d.line("  %s %5d  %s", d.value(c.value.String()), c.set.Len(), d.cut(c.what+": "+c.set.String(), 10))
	}
	if a.Limit != "" {
		d.line("No more than %s run at once (depctl.dev/array-limit).", a.Limit)
	}
	if a.First == nil {
		return
	}
	what := "The first that waits"
	if a.Never != "" {
		what = "The first that never runs"
	}
	d.line("%s is %d:", what, *a.First)
	d.root(a.Tree, "")
}

func (d *drawing) expected(e *Explanation) {
	x := e.Expected
	switch {
	case x == nil:
	case x.Unknown != "" && x.start.After(e.now):
		d.wrapped("", fmt.Sprintf("Expected to start in %s. When it ends is not known: %s.", human(x.start.Sub(e.now)), x.Unknown))
	case x.Unknown != "" && !x.start.IsZero():
		d.wrapped("", "When it ends is not known: "+x.Unknown+".")
	case x.Unknown != "":
		d.wrapped("", "Nothing is expected: "+x.Unknown+".")
	case !x.start.IsZero() && x.start.After(e.now):
		d.wrapped("", fmt.Sprintf("Expected to start in %s and to end in %s (%s).", human(x.start.Sub(e.now)), human(x.end.Sub(e.now)), x.Basis))
	case !x.end.After(e.now):
		d.wrapped("", fmt.Sprintf("Expected to end at any time (%s).", x.Basis))
	default:
		d.wrapped("", fmt.Sprintf("Expected to end in %s (%s).", human(x.end.Sub(e.now)), x.Basis))
	}
}

// blockers names the roots, where they are more than the tree shows.
func (d *drawing) blockers(e *Explanation) {
	var names []string
	for _, o := range e.Roots {
		if e.Tree.names(o.ref, d.name(o)) {
			continue
		}
		names = append(names, d.name(o)+" ("+o.State+")")
	}
	if len(names) > 0 {
		d.wrapped("", "What blocks in the end: "+strings.Join(names, ", ")+".")
	}
}

// names reports whether a tree shows an object, which the Job that is explained calls so.
func (p *Part) names(ref lang.Ref, called string) bool {
	if p == nil {
		return false
	}
	for _, o := range p.Objects {
		if o.ref == ref || o.Tree.names(ref, called) {
			return true
		}
	}
	for _, term := range p.Terms {
		if term.names(ref, called) {
			return true
		}
	}
	return p.Check == ref.String() || p.Check == ref.Name || p.Check == called
}

func (d *drawing) advice(list []Advice) {
	if len(list) == 0 {
		return
	}
	d.line("What you can do:")
	for _, a := range list {
		d.wrapped("  ", a.Why)
		if a.Command != "" {
			d.line("    %s", d.Clean(a.Command))
		}
	}
}
