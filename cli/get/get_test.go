package get

import (
	"reflect"
	"slices"
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

func TestTheHelpNamesAllFields(t *testing.T) {
	t.Parallel()
	var names []string
	for f := range reflect.TypeFor[item]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	slices.Sort(names)
	last := len(names) - 1
	require.Equal(t, strings.Join(names[:last], ", ")+" and "+names[last], strings.Join(strings.Fields(fieldList), " "))
}

// row returns a row of namespace etl.
func row(name string, state gate.State) listing.Row {
	return listing.Row{Ref: lang.Job("etl", name), Job: gate.Job{Namespace: "etl", Name: name, Object: &lang.Object{}}, State: state}
}

func TestChangesAreTakenOnce(t *testing.T) {
	t.Parallel()
	there := map[lang.Ref]gate.Job{lang.Job("etl", "a"): {}, lang.Job("etl", "b"): {}}
	states := func(rows []listing.Row) (texts []string) {
		for _, r := range rows {
			texts = append(texts, r.Job.Name+" "+string(r.State))
		}
		return texts
	}
	c := changes{}
	require.Equal(t, []string{"a waiting", "b running"}, states(c.take([]listing.Row{row("a", gate.StateWaiting), row("b", gate.StateRunning)}, there)))
	require.Empty(t, c.take([]listing.Row{row("a", gate.StateWaiting), row("b", gate.StateRunning)}, there))
	require.Equal(t, []string{"a pending"}, states(c.take([]listing.Row{row("a", gate.StatePending)}, there)), "b is there, and not selected")
	delete(there, lang.Job("etl", "a"))
	require.Equal(t, []string{"a missing"}, states(c.take(nil, there)))
	require.Empty(t, c.take(nil, there))
}

// A line never exceeds the terminal as long as the columns fit that are never left out.
func TestATableFitsTheTerminal(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[a-z(ü世 )-]{1,60}`)
	rapid.Check(t, func(t *rapid.T) {
		tb := &table{terminal: command.Terminal{Width: rapid.IntRange(60, 220).Draw(t, "columns"), Glyphs: picture.Unicode()}, namespace: "etl"}
		var l list
		l.now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			r := row(rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "name"), gate.StateWaiting)
			r.WaitsFor = rapid.SliceOfN(text, 0, 5).Draw(t, "waits for")
			for _, name := range rapid.SliceOfN(rapid.StringMatching(`[a-z-]{1,50}`), 0, 4).Draw(t, "blocked by") {
				r.BlockedBy = append(r.BlockedBy, lang.Job("etl", name))
			}
			r.Job.Created = l.now.Add(-time.Hour)
			l.rows = append(l.rows, r)
		}
		var b strings.Builder
		require.NoError(t, tb.print(&b, l))
		for line := range strings.Lines(b.String()) {
			require.LessOrEqual(t, picture.Width(strings.TrimRight(line, "\n")), tb.terminal.Width, "%s", b.String())
		}
	})
}
