package command

import (
	"bufio"
	"fmt"
	"strings"

	"depctl.dev/cli/picture"
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
	var columns []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(columns) {
				columns = append(columns, 0)
			}
			columns[i] = max(columns[i], picture.Width(c.Text))
		}
	}
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
