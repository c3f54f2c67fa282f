package listing

import (
	"fmt"
	"time"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// List is what a table shows: rows, and what is known of the time.
type List struct {
	Rows []Row
	Now  time.Time
	// Expected returns when something may be over, zero if nobody can tell.
	Expected func(lang.Ref) time.Time
}

// Table shows rows to people, in columns. A long list of names is cut so that a line fits
// the terminal.
type Table struct {
	Terminal command.Terminal
	// Namespace is the one whose Jobs are named without it.
	Namespace string
	NoHeaders bool
	// Wide cuts nothing, and has more columns.
	Wide bool
}

// shortNames is how long a list of names may be where nothing says how wide a line is, and
// fewest what is left of it at least: where there is not so much room, a list is left out.
const (
	shortNames = 40
	fewest     = 12
)

// layout says which columns a table has, and how wide its lists of names may be: 0 is as wide
// as they are, and less leaves the list out.
type layout struct {
	namespace       bool
	waits, blockers int
}

// Cells returns the cells of a list, with a line of heads first, unless there are to be none.
func (t *Table) Cells(l List) [][]command.Cell { return t.cells(l, t.layout(l)) }

// layout fits the table to the terminal: what holds a Job up gets a third of the room, or
// what it needs, and what it waits for the rest.
func (t *Table) layout(l List) layout {
	y := layout{waits: shortNames, blockers: shortNames}
	for _, r := range l.Rows {
		y.namespace = y.namespace || r.Job.Namespace != t.Namespace
	}
	if t.Wide {
		y.waits, y.blockers = 0, 0
		return y
	}
	room := t.Terminal.Width
	if room == 0 {
		return y
	}
	for column, width := range command.Widths(t.cells(l, layout{y.namespace, -1, -1})) {
		if room -= width; column > 0 {
			room -= command.Gap
		}
	}
	room -= 2 * command.Gap
	all := command.Widths(t.cells(l, layout{y.namespace, 0, 0}))
	waits, blockers := all[len(all)-3], all[len(all)-2]
	switch y.blockers = min(blockers, max(fewest, room/3, room-waits)); {
	case room >= 2*fewest:
		y.waits = room - y.blockers
	case room+command.Gap >= fewest:
		y.waits, y.blockers = room+command.Gap, -1
	default:
		y.waits, y.blockers = -1, -1
	}
	return y
}

func (t *Table) cells(l List, y layout) [][]command.Cell {
	var rows [][]command.Cell
	if !t.NoHeaders {
		head := t.head(y)
		rows = append(rows, make([]command.Cell, len(head)))
		for i, text := range head {
			rows[0][i] = command.Cell{Text: text, Right: text == "DONE"}
		}
	}
	for _, r := range l.Rows {
		rows = append(rows, t.row(l, r, y))
	}
	return rows
}

func (t *Table) head(y layout) []string {
	var head []string
	if y.namespace {
		head = append(head, "NAMESPACE")
	}
	head = append(head, "NAME", "STATE", "DONE")
	if y.waits >= 0 {
		head = append(head, "WAITS FOR")
	}
	if y.blockers >= 0 {
		head = append(head, "BLOCKED BY")
	}
	if t.Wide {
		head = append(head, "EXPECTED", "DURATION", "RUN")
	}
	return append(head, "AGE")
}

func (t *Table) row(l List, r Row, y layout) []command.Cell {
	var row []command.Cell
	if y.namespace {
		row = append(row, command.Cell{Text: r.Job.Namespace})
	}
	name := r.Job.Name
	if !r.Job.IsJob() {
		name = r.Ref.Kind + "/" + name
	}
	row = append(row, command.Cell{Text: name}, t.Terminal.State(r.State), command.Cell{Text: fmt.Sprintf("%d/%d", r.Done, r.Size), Right: true})
	if y.waits >= 0 {
		row = append(row, t.names(r.WaitsFor, y.waits))
	}
	if y.blockers >= 0 {
		var blockers []string
		for _, ref := range r.BlockedBy {
			blockers = append(blockers, r.Call(ref))
		}
		row = append(row, t.names(blockers, y.blockers))
	}
	if t.Wide {
		row = append(row, command.Cell{Text: command.InTime(l.Now, l.Expected(r.Ref))}, command.Cell{Text: command.Took(r.Duration(l.Now))}, command.Cell{Text: command.OrNothing(r.Job.Step().Run)})
	}
	return append(row, command.Cell{Text: command.Took(l.Now.Sub(r.Job.Created))})
}

func (t *Table) names(names []string, room int) command.Cell {
	text := picture.Enumerate(names, room, t.Terminal.Glyphs.Ellipsis)
	if room > 0 && picture.Width(text) > room {
		text = picture.Cut(text, room, t.Terminal.Glyphs.Ellipsis)
	}
	return command.Cell{Text: command.OrNothing(text)}
}
