package command

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// Cell is one of a table without branches.
type Cell struct {
	Text   string
	Colour string
	// Right aligns numbers.
	Right bool
}

// PrintCells writes rows in columns. What exceeds a width, which is not limited
// when 0, is cut.
func PrintCells(out *bufio.Writer, rows [][]Cell, room int) {
	columns := Widths(rows)
	for _, row := range rows {
		var b strings.Builder
		used := 0
		for i, c := range row {
			text := c.Text
			if room > 0 && used+picture.Width(text) > room {
				text = picture.Cut(text, max(room-used, 0), "")
			}
			blanks := strings.Repeat(" ", columns[i]-picture.Width(text))
			last := i == len(row)-1
			shown := picture.Paint(text, c.Colour)
			switch {
			case c.Right:
				b.WriteString(blanks + shown)
			case last:
				b.WriteString(shown)
			default:
				b.WriteString(shown + blanks)
			}
			if !last {
				b.WriteString(strings.Repeat(" ", Gap))
			}
			used += columns[i] + Gap
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
}

// State returns the cell of a state.
func (t Terminal) State(state gate.State) Cell {
	c := Cell{Text: t.Glyphs.Symbols[state] + " " + string(state)}
	if t.Colour {
		c.Colour = picture.Colour(state)
	}
	return c
}

// Widths returns how wide each column of rows is.
func Widths(rows [][]Cell) (columns []int) {
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

// OrNothing returns what stands in a cell for a text: a dash if it is empty.
func OrNothing(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// Took says how long something took, a dash if it has not begun.
func Took(d time.Duration) string {
	if d <= 0 {
		return "-"
	}
	return duration.HumanDuration(d)
}

// InTime says in how much time something is expected, a dash if nobody can tell.
func InTime(now, at time.Time) string {
	switch {
	case at.IsZero():
		return "-"
	case !at.After(now):
		return "at any time"
	}
	return "in " + duration.HumanDuration(at.Sub(now))
}
