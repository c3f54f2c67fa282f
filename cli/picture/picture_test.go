package picture

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestDrawings draws every example in every way, and compares with a file.
func TestDrawings(t *testing.T) {
	for name, example := range examples {
		ways := map[string]func(*bytes.Buffer) error{
			"dot":     func(b *bytes.Buffer) error { return DOT(b, example()) },
			"mermaid": func(b *bytes.Buffer) error { return Mermaid(b, example()) },
			"json":    func(b *bytes.Buffer) error { return JSON(b, example()) },
			"svg":     func(b *bytes.Buffer) error { return SVG(b, example().Fold(300)) },
		}
		for _, width := range []int{80, 160} {
			for _, plain := range []string{"", ".ascii", ".colour"} {
				s := Screen{Width: width, Glyphs: Unicode(), Colour: plain == ".colour"}
				if plain == ".ascii" {
					s.Glyphs = ASCII()
				}
				ways[fmt.Sprintf("%d%s.txt", width, plain)] = func(b *bytes.Buffer) error { return Text(b, example(), Auto, s) }
			}
		}
		if name == "grid" {
			ways = map[string]func(*bytes.Buffer) error{"80.txt": ways["80.txt"], "160.txt": ways["160.txt"]}
		}
		for way, draw := range ways {
			t.Run(name+"/"+way, func(t *testing.T) {
				var b bytes.Buffer
				require.NoError(t, draw(&b))
				golden := filepath.Join("testdata", name+"."+way)
				if *update {
					require.NoError(t, os.WriteFile(golden, b.Bytes(), 0o644))
				}
				want, err := os.ReadFile(golden)
				require.NoError(t, err, "run with -update to write it")
				require.Equal(t, string(want), b.String())
				if strings.HasSuffix(way, ".txt") {
					requireFits(t, b.String(), way)
				}
			})
		}
	}
}

func requireFits(t *testing.T, drawing, way string) {
	t.Helper()
	var columns int
	_, err := fmt.Sscanf(way, "%d", &columns)
	require.NoError(t, err)
	for line := range strings.Lines(drawing) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.Contains(way, "colour") {
			require.LessOrEqual(t, Width(line), columns, line)
		}
		if strings.Contains(way, "ascii") && !strings.ContainsAny(line, "作é\u0301") {
			require.Equal(t, len(line), Width(line), "only ASCII: %q", line)
		}
	}
}

// randomGraph draws a graph without cycles, with names of all kinds.
func randomGraph(t *rapid.T) *Graph {
	names := rapid.SliceOfNDistinct(rapid.StringOfN(rapid.RuneFrom([]rune("abc-0z作業é")), 1, 7, -1), 1, 14, rapid.ID).Draw(t, "names")
	var jobs []string
	for i, name := range names {
		job := name
		joint := ": "
		for k := range i {
			if rapid.IntRange(0, 3).Draw(t, "edge") == 0 {
				job += joint + names[k]
				joint = ", "
			}
		}
		jobs = append(jobs, job)
	}
	return graphOf(jobs...)
}

func TestEveryNodeAndEdgeIsInTheLayoutAndNothingOverlaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t).sorted()
		l := newLinks(g)
		way := turnings[rapid.IntRange(0, len(turnings)-1).Draw(t, "way")]
		turn := way[rapid.IntRange(0, len(way)-1).Draw(t, "turn")]
		d := &drawing{&turn, g, &canvas{glyphs: Unicode()}, nil}
		extents := make([]extent, len(g.Nodes))
		for i, n := range g.Nodes {
			texts := d.lines(n)
			extents[i] = extent{1, len(texts), Width(texts[0]) + 4}
			if turn.downwards {
				half := (Width(texts[0]) + 4) / 2
				extents[i] = extent{half, half, len(texts) + 2}
			}
		}
		requireSound(t, g, arrange(l, extents, turn.measure, limits{cross: 80}))
		s, err := newScene(g, (*scene).size)
		require.NoError(t, err)
		requireSound(t, s.graph, s.layout)
	})
}

// requireSound checks that boxes are apart, that every edge has a path from its
// one to its other end, and that lines of two nets never lie upon each other.
func requireSound(t require.TestingT, g *Graph, l *layout) {
	for i, a := range l.boxes {
		require.Positive(t, a.length)
		for _, b := range l.boxes[:i] {
			require.True(t, a.along+a.length <= b.along || b.along+b.length <= a.along ||
				a.across+a.breadth <= b.across || b.across+b.breadth <= a.across, "boxes overlap: %v %v", a, b)
		}
	}
	drawn := map[[2]string]bool{}
	alongs, acrosses := map[point]int{}, map[point]int{}
	for _, p := range l.paths {
		drawn[[2]string{g.Nodes[p.from].ID, g.Nodes[p.to].ID}] = true
		from, to := l.boxes[p.from], l.boxes[p.to]
		first, last := p.legs[0].points[0], p.legs[len(p.legs)-1]
		end := last.points[len(last.points)-1]
		require.Equal(t, from.along+from.length, first.along)
		require.Equal(t, to.along, end.along)
		require.True(t, first.across > from.across-1 && first.across < from.across+from.breadth)
		require.True(t, end.across > to.across-1 && end.across < to.across+to.breadth, "an arrow misses its box: %v %v", end, to)
		at := first
		for _, leg := range p.legs {
			require.Equal(t, at, leg.points[0], "a path is broken")
			for k := 1; k < len(leg.points); k++ {
				a, b := leg.points[k-1], leg.points[k]
				require.True(t, a.along == b.along || a.across == b.across, "lines run along or across")
				for _, box := range l.boxes {
					inside := func(p point) bool {
						return p.along > box.along && p.along < box.along+box.length-1 && p.across >= box.across && p.across < box.across+box.breadth
					}
					require.False(t, inside(point{(a.along + b.along) / 2, (a.across + b.across) / 2}), "a line runs through a box")
				}
				for x := min(a.along, b.along); a.across == b.across && x < max(a.along, b.along); x++ {
					net, again := alongs[point{x, a.across}]
					require.True(t, !again || net == leg.net, "lines of two nets lie upon each other at %d %d", x, a.across)
					alongs[point{x, a.across}] = leg.net
				}
				for x := min(a.across, b.across); a.along == b.along && x <= max(a.across, b.across); x++ {
					net, again := acrosses[point{a.along, x}]
					require.True(t, !again || net == leg.net, "lines of two nets lie upon each other at %d %d", a.along, x)
					acrosses[point{a.along, x}] = leg.net
				}
			}
			at = leg.points[len(leg.points)-1]
		}
	}
	for _, e := range g.Edges {
		require.True(t, drawn[[2]string{e.From, e.To}], "edge %s -> %s is missing", e.From, e.To)
	}
}

func TestAnyOrderOfTheInputGivesTheSameBytesAndFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t)
		other := *g
		other.Nodes, other.Edges = append([]Node(nil), g.Nodes...), append([]Edge(nil), g.Edges...)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		random.Shuffle(len(other.Nodes), func(i, k int) { other.Nodes[i], other.Nodes[k] = other.Nodes[k], other.Nodes[i] })
		random.Shuffle(len(other.Edges), func(i, k int) { other.Edges[i], other.Edges[k] = other.Edges[k], other.Edges[i] })
		width := rapid.IntRange(60, 200).Draw(t, "width")
		draw := func(g *Graph) string {
			var b bytes.Buffer
			require.NoError(t, Text(&b, g, Auto, Screen{Width: width, Glyphs: Unicode()}))
			for line := range strings.Lines(b.String()) {
				require.LessOrEqual(t, Width(strings.TrimSuffix(line, "\n")), width, line)
			}
			for _, n := range g.Nodes { // a tree may have to cut names on a narrow terminal
				if width < 120 {
					break
				}
				require.Contains(t, b.String(), n.Ref.Name)
			}
			require.NoError(t, SVG(&b, g))
			require.NoError(t, DOT(&b, g))
			require.NoError(t, Mermaid(&b, g))
			return b.String()
		}
		require.Equal(t, draw(g), draw(&other))
	})
}
