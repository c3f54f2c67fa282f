package picture

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/gate"
)

// gap is how many columns stand between two cells, as with kubectl.
const gap = 3

// minWaits is the least width of the last column. Where names leave less, the
// terminal breaks the lines.
const minWaits = 24

// leastName is the least width of the first column.
const leastName = 16

// leastItem is how many columns of an item are shown in any case.
const leastItem = 8

// table is a tree with columns.
type table struct {
	graph  *Graph
	screen Screen
	wide   bool
}

func newTable(g *Graph, s Screen, wide bool) *table { return &table{g, s, wide} }

// line is one line of the table: its cells but the last, which is waits. colour
// is that of the second.
type line struct {
	cells  []string
	waits  []string
	colour string
	bold   bool
}

func (t *table) String() string {
	lines := t.lines()
	widths := make([]int, len(lines[0].cells))
	for _, l := range lines {
		for k, cell := range l.cells {
			widths[k] = max(widths[k], Width(cell)+gap)
		}
	}
	room := 0
	if t.screen.Width > 0 {
		room = t.screen.Width
		for _, width := range widths {
			room -= width
		}
		if room < minWaits {
			widths[0] = max(widths[0]+room-minWaits, leastName)
			room = minWaits
		}
	}
	var b strings.Builder
	for _, l := range lines {
		text := ""
		for k, cell := range l.cells {
			cell = Cut(cell, widths[k]-gap, t.screen.Glyphs.Ellipsis)
			shown := cell
			switch {
			case !t.screen.Colour:
			case k == 0 && l.bold:
				shown = Paint(cell, bold)
			case k == 1:
				shown = Paint(cell, l.colour)
			}
			text += Pad(shown, cell, widths[k])
		}
		b.WriteString(strings.TrimRight(text+Enumerate(l.waits, room, t.screen.Glyphs.Ellipsis), " ") + "\n")
	}
	return b.String()
}

func (t *table) lines() []line {
	f := newForest(t.graph, newLinks(t.graph))
	var lines []line
	if !t.screen.NoHeaders {
		lines = append(lines, line{cells: t.pick("NAME", "STATE", "DONE", "DURATION", "AGE"), waits: []string{"WAITS FOR"}})
	}
	for _, r := range f.rows(t.screen.Glyphs, t.wide) {
		if r.node < 0 {
			lines = append(lines, t.folded(r))
			continue
		}
		lines = append(lines, t.line(r, t.graph.Nodes[r.node]))
	}
	return lines
}

// pick returns the cells of a line that are shown.
func (t *table) pick(name, state, done, took, age string) []string {
	if t.wide {
		return []string{name, state, done, took, age}
	}
	return []string{name, state, age}
}

func (t *table) line(r row, n Node) line {
	g := t.screen.Glyphs
	name := r.branch + n.Change.sign() + t.graph.Label(n)
	if n.Critical {
		name += " " + g.Critical
	}
	l := line{waits: slices.Concat(n.Waits, n.causes()), colour: Colour(n.State), bold: n.Critical}
	state, done, took, age := g.Symbols[n.State]+" "+string(n.State), "-", t.graph.took(n), t.graph.age(n)
	switch {
	case n.State == "":
		name += fmt.Sprintf(" (%d)", n.total())
		state, age, l.colour = g.counts(n.Counts), "-", Colour(worst(n.Counts))
	case len(n.Runs) > 0:
		state += " " + g.runs(n)
	case n.Size > 0 && !t.wide:
		state += " " + g.progress(n)
	case n.Size > 0:
		done = fmt.Sprintf("%d/%d", n.Done, n.Size)
	case n.State == gate.StateSucceeded:
		done = "1/1"
	case n.Kind == Job:
		done = "0/1"
	}
	if took == "" {
		took = "-"
	}
	l.cells = t.pick(name, state, done, took, age)
	return l
}

// folded is the line that counts what is not shown.
func (t *table) folded(r row) line {
	total := 0
	for _, count := range r.folded {
		total += count
	}
	name := fmt.Sprintf("%s%s %d more", r.branch, t.screen.Glyphs.Ellipsis, total)
	return line{
		cells: t.pick(name, t.screen.Glyphs.counts(r.folded), "-", "-", "-"), colour: Colour(worst(r.folded)),
		waits: []string{"(" + countWords(r.folded) + ")"},
	}
}

// Enumerate joins items with commas. If that exceeds room, which is not limited
// when 0, the last ones are only counted; a first one that is too long for itself
// is cut.
func Enumerate(items []string, room int, ellipsis string) string {
	all := strings.Join(items, ", ")
	if room == 0 || Width(all) <= room {
		return all
	}
	used, fitting := 0, 0
	for i, item := range items {
		used += Width(item)
		if used+Width(more(len(items)-i-1)) <= room {
			fitting = i + 1
		}
		used += len(", ")
	}
	if fitting > 0 {
		return strings.Join(items[:fitting], ", ") + more(len(items)-fitting)
	}
	rest := more(len(items) - 1)
	return Cut(items[0], max(room-Width(rest), leastItem), ellipsis) + rest
}

func more(count int) string {
	if count == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", count)
}
