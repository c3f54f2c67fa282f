package plan

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

// planTable draws a plan in columns, with a bar for each line where there is
// room.
type planTable struct {
	plan      *plan
	terminal  command.Terminal
	wide, all bool
	noHeaders bool
}

// The least and the greatest width of a bar.
const (
	minBar = 12
	maxBar = 60
)

func (t *planTable) print(w io.Writer) error {
	rows := t.plan.rows(t.all)
	heads := []string{"NAME", "WAVE", "START", "TAKES"}
	if t.wide {
		heads = append(heads, "END", "KNOWN FROM", "CRITICAL", "AFTER")
	}
	lines := [][]string{}
	if !t.noHeaders {
		lines = append(lines, heads)
	}
	for _, r := range rows {
		lines = append(lines, t.cells(r))
	}
	columns := make([]int, len(heads))
	used := 0
	for i := range heads {
		for _, cells := range lines {
			columns[i] = max(columns[i], picture.Width(cells[i])+command.Gap)
		}
		used += columns[i]
	}
	screen := t.terminal.Width
	if screen == 0 {
		screen = command.HelpWidth
	}
	bar := min(screen-used, maxBar)
	if t.wide || bar < minBar {
		bar = 0
	}
	out := bufio.NewWriter(w)
	if t.plan.run != "" && !t.noHeaders {
		fmt.Fprint(out, "run ", picture.OneLine(t.plan.run), "\n\n")
	}
	for i, cells := range lines {
		var text strings.Builder
		for k, cell := range cells {
			text.WriteString(picture.Pad(cell, cell, columns[k]))
		}
		if at := i - (len(lines) - len(rows)); at >= 0 && bar > 0 {
			text.WriteString(t.bar(rows[at], bar))
		}
		fmt.Fprintln(out, strings.TrimRight(text.String(), " "))
	}
	fmt.Fprintln(out)
	for _, text := range t.summary(bar > 0) {
		for i, part := range wrapRunes(text, screen) {
			fmt.Fprintln(out, strings.Repeat("  ", min(i, 1))+part)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	return nil
}

func (t *planTable) cells(r planRow) []string {
	cells := []string{r.name, strconv.Itoa(r.Wave), brief(r.Start), r.takes()}
	if !t.wide {
		return cells
	}
	critical, after := "-", "-"
	if r.Critical {
		critical = "yes"
	}
	if r.After.Name != "" && r.jobs == 1 {
		after = t.plan.name(r.After)
		if r.BySlot {
			after += " (its slot)"
		}
	}
	return append(cells, brief(r.End), basisOf(r.Estimate), critical, after)
}

// takes says how long a line runs; what is a guess has a sign before it.
func (r planRow) takes() string {
	if r.Estimate.Guessed() {
		return "~" + brief(r.Length())
	}
	return brief(r.Length())
}

// bar draws when a line runs, in so many columns. What takes time has one column
// at least.
func (t *planTable) bar(r planRow, columns int) string {
	full, part := "█", "▒"
	if t.terminal.Glyphs.Fork == picture.ASCII().Fork {
		full, part = "#", "="
	}
	at := func(d time.Duration) int {
		if t.plan.total == 0 {
			return 0
		}
		return int(int64(columns) * int64(d/time.Millisecond) / max(int64(t.plan.total/time.Millisecond), 1))
	}
	from := min(at(r.Start), columns-1)
	to := max(at(r.End), from+1)
	sign, colour := part, ""
	if r.Critical {
		sign, colour = full, "31"
	}
	drawn := strings.Repeat(sign, to-from)
	if t.terminal.Colour {
		drawn = picture.Paint(drawn, colour)
	}
	return strings.Repeat(" ", from) + drawn
}
