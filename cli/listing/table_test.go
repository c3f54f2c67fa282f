package listing_test

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/listing"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// A line never exceeds the terminal as long as the columns fit that are never left out.
func TestATableFitsTheTerminal(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[a-z(ü世 )-]{1,60}`)
	rapid.Check(t, func(t *rapid.T) {
		tb := &listing.Table{Terminal: command.Terminal{Width: rapid.IntRange(60, 220).Draw(t, "columns"), Glyphs: picture.Unicode()}, Namespace: "etl"}
		var l listing.List
		l.Now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			name := rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "name")
			r := listing.Row{Ref: lang.Job("etl", name), Job: gate.Job{Namespace: "etl", Name: name, Object: &lang.Object{}}, State: gate.StateWaiting}
			r.WaitsFor = rapid.SliceOfN(text, 0, 5).Draw(t, "waits for")
			for _, name := range rapid.SliceOfN(rapid.StringMatching(`[a-z-]{1,50}`), 0, 4).Draw(t, "blocked by") {
				r.BlockedBy = append(r.BlockedBy, lang.Job("etl", name))
			}
			r.Job.Created = l.Now.Add(-time.Hour)
			l.Rows = append(l.Rows, r)
		}
		var b strings.Builder
		out := bufio.NewWriter(&b)
		command.PrintCells(out, tb.Cells(l), 0)
		require.NoError(t, out.Flush())
		for line := range strings.Lines(b.String()) {
			require.LessOrEqual(t, picture.Width(strings.TrimRight(line, "\n")), tb.Terminal.Width, "%s", b.String())
		}
	})
}
