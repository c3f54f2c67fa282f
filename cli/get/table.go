package get

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// list is what is printed: rows, and what is known of the time.
type list struct {
	rows []listing.Row
	now  time.Time
	// expected returns when something may be over, zero if nobody can tell.
	expected func(lang.Ref) time.Time
	// one says that a single object was asked for, by its name.
	one bool
}

func (o *getOptions) listOf(q *snapshot.Inquiry, rows []listing.Row) list {
	return list{
		rows: rows, now: q.Now, one: len(o.selection.Names) == 1 && !listing.IsPattern(o.selection.Names[0].Name) && len(rows) == 1,
		expected: func(ref lang.Ref) time.Time {
			if q.Jobs[ref].Outcome() != lang.Undecided {
				return time.Time{}
			}
			return q.Expect(ref).End
		},
	}
}

// table prints rows for people. A long list of names is cut in the narrow one.
type table struct {
	terminal  command.Terminal
	namespace string
	noHeaders bool
	wide      bool
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

func (t *table) forPeople() bool { return true }

func (t *table) print(w io.Writer, l list) error {
	out := bufio.NewWriter(w)
	command.PrintCells(out, t.cells(l, t.layout(l)), 0)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the Jobs: %w", err)
	}
	return nil
}

// layout fits the table to the terminal: what holds a Job up gets a third of the room, or
// what it needs, and what it waits for the rest.
func (t *table) layout(l list) layout {
	y := layout{waits: shortNames, blockers: shortNames}
	for _, r := range l.rows {
		y.namespace = y.namespace || r.Job.Namespace != t.namespace
	}
	if t.wide {
		y.waits, y.blockers = 0, 0
		return y
	}
	room := t.terminal.Width
	if room == 0 {
		return y
	}
	for column, width := range widths(t.cells(l, layout{y.namespace, -1, -1})) {
		if room -= width; column > 0 {
			room -= command.Gap
		}
	}
	room -= 2 * command.Gap
	blockers := widths(t.cells(l, layout{y.namespace, -1, 0}))
	need := blockers[len(blockers)-2]
	switch y.blockers = min(need, max(fewest, room/3)); {
	case room >= 2*fewest:
		y.waits = room - y.blockers
	case room+command.Gap >= fewest:
		y.waits, y.blockers = room+command.Gap, -1
	default:
		y.waits, y.blockers = -1, -1
	}
	return y
}

func (t *table) cells(l list, y layout) [][]command.Cell {
	var rows [][]command.Cell
	if !t.noHeaders {
		head := t.head(y)
		rows = append(rows, make([]command.Cell, len(head)))
		for i, text := range head {
			rows[0][i] = command.Cell{Text: text, Right: text == "DONE"}
		}
	}
	for _, r := range l.rows {
		rows = append(rows, t.row(l, r, y))
	}
	return rows
}

func (t *table) head(y layout) []string {
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
	if t.wide {
		head = append(head, "EXPECTED", "DURATION", "RUN")
	}
	return append(head, "AGE")
}

func (t *table) row(l list, r listing.Row, y layout) []command.Cell {
	var row []command.Cell
	if y.namespace {
		row = append(row, command.Cell{Text: r.Job.Namespace})
	}
	name := r.Job.Name
	if !r.Job.IsJob() {
		name = r.Ref.Kind + "/" + name
	}
	state := command.Cell{Text: t.terminal.Glyphs.Symbols[r.State] + " " + string(r.State)}
	if t.terminal.Colour {
		state.Colour = picture.Colour(r.State)
	}
	row = append(row, command.Cell{Text: name}, state, command.Cell{Text: fmt.Sprintf("%d/%d", r.Done, r.Size), Right: true})
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
	if t.wide {
		row = append(row, command.Cell{Text: until(l.now, l.expected(r.Ref))}, command.Cell{Text: took(r.Duration(l.now))}, command.Cell{Text: orNothing(r.Job.Step().Run)})
	}
	return append(row, command.Cell{Text: took(l.now.Sub(r.Job.Created))})
}

func (t *table) names(names []string, room int) command.Cell {
	text := picture.Enumerate(names, room, t.terminal.Glyphs.Ellipsis)
	if room > 0 && picture.Width(text) > room {
		text = picture.Cut(text, room, t.terminal.Glyphs.Ellipsis)
	}
	return command.Cell{Text: orNothing(text)}
}

// widths returns how wide each column of a table is.
func widths(rows [][]command.Cell) (columns []int) {
	for _, row := range rows {
		for i, c := range row {
			if i == len(columns) {
				columns = append(columns, 0)
			}
			columns[i] = max(columns[i], picture.Width(c.Text))
		}
	}
	return columns
}

func until(now, at time.Time) string {
	switch {
	case at.IsZero():
		return "-"
	case !at.After(now):
		return "at any time"
	}
	return "in " + duration.HumanDuration(at.Sub(now))
}

func took(d time.Duration) string {
	if d <= 0 {
		return "-"
	}
	return duration.HumanDuration(d)
}

func orNothing(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
