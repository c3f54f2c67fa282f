package explanation

import (
	"fmt"
	"strings"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// row is one line of a tree: what is drawn before it, its sign, and two cells.
type row struct{ lead, mark, text, found string }

// maxCell is the widest the first cell of a tree may get.
const maxCell = 40

// root draws the tree of an expression. The terms of an outermost all-of stand
// alone.
func (d *drawing) root(p *Part, indent string) {
	rows := d.inside(indent, p)
	cell := 0
	for _, r := range rows {
		if used := width(r.lead) + 2 + width(r.text); r.found != "" && used <= maxCell {
			cell = max(cell, used)
		}
	}
	for _, r := range rows {
		used := width(r.lead) + 2
		text := d.cut(r.text, used)
		line := r.lead + r.mark + " " + text
		if used += width(text); r.found != "" {
			gap := max(cell-used, 0) + 2
			line += strings.Repeat(" ", gap)
			d.found(line, used+gap, r.found)
			continue
		}
		d.line("%s", line)
	}
}

// found ends a line with what was found. What does not fit is cut; what would be
// cut to nothing stands on the next lines.
func (d *drawing) found(line string, used int, text string) {
	if d.Width == 0 || width(text) <= d.Width-used {
		d.line("%s", line+text)
		return
	}
	const least = 24
	if d.Width-used < least {
		d.line("%s", line)
		d.wrapped("      ", text)
		return
	}
	for i, l := range wrap(text, d.Width-used) {
		if i > 0 {
			line = strings.Repeat(" ", used)
		}
		d.line("%s", line+l)
	}
}

// below returns the rows of the terms of a node, and of the objects of a check.
func (d *drawing) below(lead string, terms []*Part, objects []*Object, more int) []row {
	var rows []row
	left := len(terms) + len(objects)
	if more > 0 {
		left++
	}
	branch := func() (own, others string) {
		if left--; left == 0 {
			return lead + d.signs.corner, lead + d.signs.blank
		}
		return lead + d.signs.fork, lead + d.signs.stem
	}
	for _, term := range terms {
		own, others := branch()
		rows = append(rows, row{own, d.mark(term), d.Clean(term.title()), d.Clean(term.found())})
		if len(term.Objects) == 1 && !term.set {
			rows = append(rows, d.inside(others, term.Objects[0].Tree)...)
			continue
		}
		rows = append(rows, d.below(others, term.Terms, term.Objects, term.More)...)
	}
	for _, o := range objects {
		own, others := branch()
		state := gate.State(o.State)
		rows = append(rows, row{own, d.Paint(d.Symbol(state), state), d.Clean(d.name(o)), d.Clean(o.remark())})
		if o.Tree != nil {
			rows = append(rows, d.inside(others, o.Tree)...)
		}
	}
	if more > 0 {
		own, _ := branch()
		rows = append(rows, row{own, d.signs.ellipsis, fmt.Sprintf("and %d more", more), ""})
	}
	return rows
}

func (d *drawing) inside(lead string, p *Part) []row {
	switch {
	case p == nil:
		return nil
	case p.Kind == "all":
		return d.below(lead, p.Terms, nil, 0)
	}
	return d.below(lead, []*Part{p}, nil, 0)
}

// found is the second cell of a node.
func (p *Part) found() string {
	if len(p.Objects) != 1 || p.set {
		return p.Found
	}
	switch o := p.Objects[0]; {
	case o.Cycle:
		return p.Found + "; it waits for itself: see above"
	case o.Again:
		return p.Found + "; see above"
	}
	return p.Found
}

// title is the first cell of a node.
func (p *Part) title() string {
	switch p.Kind {
	case "all":
		return "all of"
	case "any":
		return "any of"
	case "not":
		return "not"
	}
	return p.Check
}

// remark is the second cell of an object.
func (o *Object) remark() string {
	text := o.State
	switch {
	case o.Cycle:
		return text + ", waits for itself: see above"
	case o.Again:
		return text + ", see above"
	case gate.State(o.State) == gate.StateWaiting, o.Message == "":
		return text
	}
	return text + ": " + strings.Join(strings.Fields(o.Message), " ")
}

// name returns how the Job that is explained calls an object.
func (d *drawing) name(o *Object) string {
	ref := o.ref
	if ref.Namespace == d.Namespace {
		ref.Namespace = ""
	}
	if ref.Kind == lang.KindJob && d.run != "" {
		switch ref.Run {
		case d.run:
			ref.Run = ""
		case "":
			ref.Run = lang.PlainRun
		}
	}
	return ref.String()
}
