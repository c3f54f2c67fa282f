package plan

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// orderPlot draws the lines of the table: for each graph and number of slots, what rank takes in percent of arrival, also
// with wrong lengths, and the bound.
func orderPlot(t *testing.T, table string) []byte {
	t.Helper()
	const (
		width, height = 225, 230
		top, bottom   = 44, 190
		least, most   = 60.0, 102.0
		left          = 40
	)
	y := func(percent string) float64 {
		n, err := strconv.ParseFloat(percent, 64)
		require.NoError(t, err)
		require.Greater(t, n, least)
		return bottom - (n-least)/(most-least)*(bottom-top)
	}
	var out bytes.Buffer
	lines := strings.Split(strings.TrimSpace(table), "\n")
	panels := len(lines) / len(slotCounts)
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="11">`+"\n", panels*width, height+20)
	fmt.Fprintf(&out, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", panels*width, height+20)
	for i, line := range lines {
		// graph, slots, count, rank, learned, wrong, bound, two, many
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		require.Len(t, cells, 9)
		x := i/len(slotCounts)*width + left
		if k := i % len(slotCounts); k == 0 {
			fmt.Fprintf(&out, `<text x="%d" y="20" font-weight="bold">%s</text>`+"\n", x, cells[0])
			for _, percent := range []string{"70", "80", "90", "100"} {
				fmt.Fprintf(&out, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#dddddd"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n",
					x, y(percent), x+170, y(percent), x-6, y(percent)+4, percent)
			}
			fmt.Fprintf(&out, `<text x="%d" y="%d" text-anchor="middle">slots</text>`+"\n", x+85, bottom+32)
		}
		at := float64(x + 8 + i%len(slotCounts)*42)
		for k, bar := range []struct{ percent, colour string }{{cells[3], "#0b62a4"}, {cells[5], "#9ec5e3"}} {
			fmt.Fprintf(&out, `<rect x="%.1f" y="%.1f" width="13" height="%.1f" fill="%s"/>`+"\n", at+float64(k)*14, y(bar.percent), bottom-y(bar.percent), bar.colour)
		}
		fmt.Fprintf(&out, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#c0392b" stroke-width="2"/>`+"\n", at-3, y(cells[6]), at+30, y(cells[6]))
		fmt.Fprintf(&out, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", at+13, bottom+16, cells[1])
	}
	for i, key := range []struct{ colour, text string }{
		{"#0b62a4", "rank"}, {"#9ec5e3", "rank, with wrong lengths"}, {"#c0392b", "no order is faster"},
	} {
		x := left + i*180
		fmt.Fprintf(&out, `<rect x="%d" y="%d" width="13" height="10" fill="%s"/><text x="%d" y="%d">%s</text>`+"\n", x, height, key.colour, x+18, height+9, key.text)
	}
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// TestOrderPlot keeps the picture of the guide as its table.
func TestOrderPlot(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/guide/scheduling.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), "<!-- orders -->\n")
	table, _, found := strings.Cut(rest, "<!-- /orders -->")
	require.True(t, found)
	const picture = "../../docs/guide/scheduling.svg"
	if *update {
		require.NoError(t, os.WriteFile(picture, orderPlot(t, table), 0o644))
		return
	}
	old, err := os.ReadFile(picture)
	require.NoError(t, err)
	require.Equal(t, string(old), string(orderPlot(t, table)), "go test ./cli/plan -run TestOrderPlot -update writes it")
}
