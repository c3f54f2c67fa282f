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
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

var update = flag.Bool("update", false, "write the golden files anew")

var now = time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)

// graphOf returns a graph of Jobs in namespace ns, each written as
// "name state: prerequisites".
func graphOf(jobs ...string) *Graph {
	g := &Graph{Namespace: "ns", Now: now}
	for _, text := range jobs {
		head, before, _ := strings.Cut(text, ": ")
		name, state, _ := strings.Cut(head, " ")
		if state == "" {
			state = string(gate.StateWaiting)
		}
		ref := refOf(name)
		n := Node{ID: ref.String(), Kind: Job, Ref: ref, State: gate.State(state), Created: now.Add(-10 * time.Minute)}
		if n.State == gate.StateSucceeded || n.State == gate.StateRunning {
			n.Started = now.Add(-9 * time.Minute)
		}
		if n.State == gate.StateSucceeded {
			n.Finished = now.Add(-4 * time.Minute)
		}
		for prerequisite := range strings.SplitSeq(before, ", ") {
			if prerequisite == "" {
				continue
			}
			e := Edge{From: refOf(prerequisite).String(), To: n.ID, Check: prerequisite, Plain: true}
			g.Edges = append(g.Edges, e)
			n.Waits = append(n.Waits, prerequisite)
		}
		g.Nodes = append(g.Nodes, n)
	}
	states := map[string]gate.State{}
	for _, n := range g.Nodes {
		states[n.ID] = n.State
	}
	for i := range g.Edges {
		switch e := &g.Edges[i]; states[e.From] {
		case gate.StateSucceeded:
			e.Value = lang.True
		case gate.StateFailed, gate.StateSkipped:
			e.Value = lang.False
		}
	}
	return g
}

func refOf(name string) lang.Ref {
	if space, rest, ok := strings.Cut(name, "/"); ok {
		return lang.Job(space, rest)
	}
	return lang.Job("ns", name)
}

func (g *Graph) with(id string, change func(*Node)) *Graph {
	for i := range g.Nodes {
		if g.Nodes[i].ID == "ns/"+id {
			change(&g.Nodes[i])
		}
	}
	return g
}

// critical marks a way.
func (g *Graph) critical(names ...string) *Graph {
	for k, name := range names {
		g.with(name, func(n *Node) { n.Critical = true })
		for i := range g.Edges {
			if e := &g.Edges[i]; k > 0 && e.From == refOf(names[k-1]).String() && e.To == refOf(name).String() {
				e.Critical = true
			}
		}
	}
	return g
}

// set adds a set with members and those that wait for it.
func (g *Graph) set(name string, members []string, dependents ...string) *Graph {
	ref := refOf(name)
	g.Nodes = append(g.Nodes, Node{ID: ref.String(), Kind: Set, Ref: ref})
	for _, member := range members {
		g.Edges = append(g.Edges, Edge{From: refOf(member).String(), To: ref.String(), Member: true})
	}
	for _, dependent := range dependents {
		g.Edges = append(g.Edges, Edge{From: ref.String(), To: refOf(dependent).String(), Check: name, Plain: true})
	}
	return g
}

func numbered(count int, format string) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = strings.ReplaceAll(format, "%d", fmt.Sprint(i))
	}
	return list
}

func shards() *Graph {
	g := graphOf(append(numbered(20, "shard-%d running: split"), "split succeeded", "merge", "shard-x failed: split")...)
	return g.set("shard-*", append(numbered(20, "shard-%d"), "shard-x"), "merge")
}

var examples = map[string]func() *Graph{
	"one": func() *Graph { return graphOf("alone pending") },
	"diamond": func() *Graph {
		return graphOf("extract succeeded", "customers running: extract", "orders failed: extract", "load blocked: customers, orders")
	},
	"critical": func() *Graph {
		return graphOf("extract succeeded", "clean running: extract", "enrich running: extract", "index: clean", "load: index, enrich", "mail: load").
			critical("clean", "index", "load", "mail")
	},
	"nets": func() *Graph {
		return graphOf("a succeeded", "b running", "c", "x: a, b, c", "y: a, b, c", "z: a, c", "end: x, y, z, a")
	},
	"fan-out": func() *Graph { return graphOf(append(numbered(60, "part-%d: split"), "split running")...) },
	"fan-in": func() *Graph {
		return graphOf(append(numbered(8, "part-%d running"), "sum: part-0, part-1, part-2, part-3, part-4, part-5, part-6, part-7")...)
	},
	"chain": func() *Graph {
		jobs := []string{"step-0 running"}
		for i := 1; i < 50; i++ {
			jobs = append(jobs, fmt.Sprintf("step-%d: step-%d", i, i-1))
		}
		return graphOf(jobs...)
	},
	"cycle": func() *Graph {
		return graphOf("start succeeded", "a blocked: c, start", "b blocked: a", "c blocked: b", "after: c")
	},
	"components": func() *Graph {
		return graphOf("a succeeded", "b running: a", "x failed", "y skipped: x", "z skipped: y", "lone pending")
	},
	"array": func() *Graph {
		return graphOf("split succeeded", "shards running: split", "merge: shards").
			with("shards", func(n *Node) { n.Kind, n.Size, n.Done, n.Failed = Array, 100, 52, 3 }).
			with("merge", func(n *Node) { n.When = "shards[0..99] >= 90%" })
	},
	"sets": shards,
	"namespaces": func() *Graph {
		return graphOf("raw/ingest succeeded", "etl/load running: raw/ingest", "report: etl/load", "mail: report")
	},
	"diff": func() *Graph {
		g := graphOf("a succeeded", "b: a", "c: b", "d: a").with("b", func(n *Node) { n.Change = Changed }).
			with("c", func(n *Node) { n.Change = Added }).with("d", func(n *Node) { n.Change = Removed })
		g.Edges[1].Change, g.Edges[2].Change = Added, Removed
		return g
	},
	"wide-signs": func() *Graph {
		return graphOf("作業-一 running", "作業-二: 作業-一", "e\u0301te\u0301: 作業-一", "end: 作業-二, e\u0301te\u0301")
	},
	"grid": func() *Graph {
		var jobs []string
		for layer := range 30 {
			for i := range 30 {
				job := fmt.Sprintf("job-%02d-%02d", layer, i)
				if layer > 0 {
					job += fmt.Sprintf(": job-%02d-%02d, job-%02d-%02d", layer-1, i, layer-1, (i+7)%30)
				}
				jobs = append(jobs, job)
			}
		}
		return graphOf(jobs...).with("job-12-05", func(n *Node) { n.State = gate.StateFailed })
	},
}

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
		s, err := newScene(g)
		require.NoError(t, err)
		requireSound(t, s.graph, s.layout)
	})
}

// requireSound checks that boxes are apart, that every edge has a path from its
// one to its other end, and that lines of two nets never lie upon each other nor
// turn where another passes.
func requireSound(t require.TestingT, g *Graph, l *layout) {
	for i, a := range l.boxes {
		require.Positive(t, a.length)
		for _, b := range l.boxes[:i] {
			require.True(t, a.along+a.length <= b.along || b.along+b.length <= a.along ||
				a.across+a.breadth <= b.across || b.across+b.breadth <= a.across, "boxes overlap: %v %v", a, b)
		}
	}
	drawn := map[[2]string]bool{}
	type mark struct {
		net  int
		turn bool
	}
	alongs, acrosses := map[point]mark{}, map[point]mark{}
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
					m, again := alongs[point{x, a.across}]
					require.True(t, !again || m.net == leg.net, "lines of two nets lie upon each other at %d %d", x, a.across)
					alongs[point{x, a.across}] = mark{net: leg.net}
				}
				for x := min(a.across, b.across); a.along == b.along && x <= max(a.across, b.across); x++ {
					m, again := acrosses[point{a.along, x}]
					require.True(t, !again || m.net == leg.net, "lines of two nets lie upon each other at %d %d", a.along, x)
					acrosses[point{a.along, x}] = mark{net: leg.net}
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
