package picture

import (
	"errors"
	"io"
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
			require.Equal(t, test.want, Enumerate(items, test.room, "…"))
		})
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestEveryDrawingSaysThatItCouldNotBeWritten(t *testing.T) {
	draws := map[string]func(io.Writer, *Graph) error{
		"text": func(w io.Writer, g *Graph) error { return Text(w, g, Auto, Screen{Glyphs: Unicode()}) },
		"json": JSON, "dot": DOT, "mermaid": Mermaid, "svg": SVG, "png": PNG, "html": HTML, "name": Names,
	}
	for name, draw := range draws {
		require.ErrorContains(t, draw(brokenPipe{}, graphOf("a", "b: a")), "broken pipe", name)
	}
}

func TestGlyphsCoverEveryState(t *testing.T) {
	signs, plain := Unicode(), ASCII()
	require.Len(t, States, len(signs.Symbols))
	require.Len(t, plain.Symbols, len(signs.Symbols))
	for state, symbol := range signs.Symbols {
		require.Equal(t, 1, Width(symbol), "%s", state)
		require.Len(t, States, len(signs.Symbols))
		require.Len(t, plain.Symbols[state], 1, "%s", state)
	}
	for _, g := range []Glyphs{signs, plain} {
		for _, branch := range []string{g.Stem, g.Corner, g.Blank, g.Chain} {
			require.Equal(t, Width(g.Fork), Width(branch))
		}
	}
}

// outline draws a forest with one dot for each level.
func outline(g *Graph) []string {
	var lines []string
	dots := Glyphs{Fork: ".", Stem: ".", Corner: ".", Blank: ".", Chain: "+"}
	for _, r := range newForest(g, newLinks(g)).rows(dots, true) {
		lines = append(lines, r.branch+g.Nodes[r.node].Ref.Name)
	}
	return lines
}

func TestWhatLeadsBackToAnotherRunIsNoCycle(t *testing.T) {
	g := examples["other-runs"]()
	require.Empty(t, g.Cycles())
	require.Equal(t, []string{"report", ".load", ".mail"}, outline(g.sorted()), "what means the latest run comes first")
	g.otherRun("load", "report", "2026-11-30T03:00:00Z")
	require.Equal(t, []string{"load", ".report", "..mail"}, outline(g.sorted()))
	for i := range g.Edges {
		g.Edges[i].OtherRun = false
	}
	require.Len(t, g.Cycles(), 1)
}

func TestForest(t *testing.T) {
	tests := map[string]struct {
		jobs       []string
		want       []string
		wantCycles []string
	}{
		"a chain reads from top to bottom": {
			jobs: []string{"c: b", "b: a", "a"},
			want: []string{"a", ".b", "..c"},
		},
		"siblings are sorted": {
			jobs: []string{"z: a", "m: a", "b: a", "a"},
			want: []string{"a", ".b", ".m", ".z"},
		},
		"a node stands below its deepest prerequisite": {
			jobs: []string{"a", "b: a", "c: b", "last: a, b, c"},
			want: []string{"a", ".b", "..c", "...last"},
		},
		"of equally deep prerequisites the smallest is taken, whatever the text says": {
			jobs: []string{"a", "y: a", "x: a", "last: y, x"},
			want: []string{"a", ".x", "..last", ".y"},
		},
		"the longest way counts, not the shortest": {
			jobs: []string{"a", "m: a, z", "z", "y: z", "x: y", "last: m, x"},
			want: []string{"a", ".m", "z", ".y", "..x", "...last"},
		},
		"what is missing is a node": {
			jobs: []string{"gone missing", "b: gone"},
			want: []string{"gone", ".b"},
		},
		"a long chain stays on the screen": {
			jobs: []string{"a", "b: a", "c: b", "d: c", "e: d", "f: e", "g: f", "h: g", "i: h", "j: i", "k: j", "l: k", "m: k", "n: m", "o: m"},
			want: []string{
				"a", ".b", "..c", "...d", "....e", ".....f", "......g", ".......h", "........i",
				".......+j", ".......+k", ".........l", ".........m", "..........n", "..........o",
			},
		},
		"a cycle without a way in starts at its smallest node": {
			jobs:       []string{"c: b", "b: a", "a: c"},
			want:       []string{"a", ".b", "..c"},
			wantCycles: []string{"a c b"},
		},
		"a cycle with a way in starts there": {
			jobs:       []string{"root", "c: b", "b: a, root", "a: c"},
			want:       []string{"root", ".b", "..c", "...a"},
			wantCycles: []string{"a c b"},
		},
		"two cycles are both named": {
			jobs:       []string{"a: b", "b: a", "x: y", "y: x"},
			want:       []string{"a", ".b", "x", ".y"},
			wantCycles: []string{"a b", "x y"},
		},
		"a knot of cycles is named once": {
			jobs:       []string{"a: b, c", "b: a, c", "c: a, b"},
			want:       []string{"a", ".b", "..c"},
			wantCycles: []string{"a b"},
		},
		"what waits for a cycle stands below it": {
			jobs:       []string{"a: b", "b: a", "after: b"},
			want:       []string{"a", ".b", "..after"},
			wantCycles: []string{"a b"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			g := graphOf(test.jobs...)
			require.Equal(t, test.want, outline(g.sorted()))
			var cycles []string
			for _, cycle := range g.Cycles() {
				cycles = append(cycles, strings.ReplaceAll(strings.Join(cycle, " "), "ns/", ""))
			}
			require.Equal(t, test.wantCycles, cycles)
		})
	}
}
