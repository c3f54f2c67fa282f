package cli

import (
	"bufio"
	"fmt"
	"strings"

	"depctl.dev/cli/picture"
)

// cell is one of a table without branches.
type cell struct {
	text   string
	colour string
	// right aligns numbers.
	right bool
}

// printCells writes rows in columns. What exceeds a width, which is not limited
// when 0, is cut.
func printCells(out *bufio.Writer, rows [][]cell, room int) {
	var columns []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(columns) {
				columns = append(columns, 0)
			}
			columns[i] = max(columns[i], picture.Width(c.text))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		used := 0
		for i, c := range row {
			text := c.text
			if room > 0 && used+picture.Width(text) > room {
				text = picture.Cut(text, max(room-used, 0), "")
			}
			blanks := strings.Repeat(" ", columns[i]-picture.Width(text))
			last := i == len(row)-1
			shown := picture.Paint(text, c.colour)
			switch {
			case c.right:
				b.WriteString(blanks + shown)
			case last:
				b.WriteString(shown)
			default:
				b.WriteString(shown + blanks)
			}
			if !last {
				b.WriteString(strings.Repeat(" ", gap))
			}
			used += columns[i] + gap
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
}
