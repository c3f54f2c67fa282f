package cli

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEnumerate(t *testing.T) {
	tests := map[string]struct {
		items string
		room  int
		want  string
	}{
		"nothing is nothing":                          {"", 20, ""},
		"without a limit everything is shown":         {"aaaa,bbbb,cccc", 0, "aaaa, bbbb, cccc"},
		"what fits exactly is not cut":                {"aaaa,bbbb,cccc", 16, "aaaa, bbbb, cccc"},
		"the last ones are counted":                   {"aaaa,bbbb,cccc,dddd", 21, "aaaa, bbbb and 2 more"},
		"a list is cut as soon as one column lacks":   {"aaaa,bbbb,cccc,dddd", 20, "aaaa and 3 more"},
		"a single word that is too long is cut":       {"a-very-long-name", 10, "a-very-lo…"},
		"a first word that is too long is cut":        {"a-very-long-name,bbbb", 20, "a-very-l… and 1 more"},
		"the count keeps its room in a narrow column": {"a-very-long-name,b", 12, "a-very-… and 1 more"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var items []string
			if test.items != "" {
				items = strings.Split(test.items, ",")
			}
			require.Equal(t, test.want, enumerate(items, test.room, "…"))
		})
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestTableSaysThatItCouldNotBeWritten(t *testing.T) {
	m := modelOf("a", "b: a")
	drawn := &table{model: m, forest: newForest(m), terminal: terminal{glyphs: unicodeGlyphs()}}
	require.EqualError(t, drawn.print(brokenPipe{}), "writing the graph: broken pipe")
	require.ErrorContains(t, printJSON(brokenPipe{}, m), "broken pipe")
	require.ErrorContains(t, printNotes(brokenPipe{}, []string{"note"}), "broken pipe")
}

func TestGlyphsCoverEveryState(t *testing.T) {
	signs, plain := unicodeGlyphs(), asciiGlyphs()
	require.Len(t, plain.symbols, len(signs.symbols))
	for state, symbol := range signs.symbols {
		require.Equal(t, 1, width(symbol), "%s", state)
		require.Len(t, plain.symbols[state], 1, "%s", state)
	}
	for _, g := range []glyphs{signs, plain} {
		for _, branch := range []string{g.stem, g.corner, g.blank} {
			require.Equal(t, width(g.fork), width(branch))
		}
	}
}

func TestNightlyFitsEightyColumns(t *testing.T) {
	stdout, stderr, code := runDepctl(testFactory(terminal{width: 80, glyphs: unicodeGlyphs()}), "",
		"graph", "-f", "testdata/nightly")
	require.Zero(t, code)
	require.Empty(t, stderr)
	require.Equal(t, `NAME                         STATE       AGE   WAITS FOR
etl/extract                  ◐ pending   -
├─ etl/transform-customers   ○ waiting   -     extract
│  └─ etl/load               ○ waiting   -     transform-customers and 2 more
│     └─ reporting/report    ○ waiting   -     etl/load
├─ etl/transform-orders      ○ waiting   -     extract
└─ etl/transform-stock       ○ waiting   -     extract
`, stdout)
}
