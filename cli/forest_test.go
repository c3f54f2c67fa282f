package cli

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// modelOf returns the model of Jobs in namespace ns, each written as
// "name: prerequisites", or only "name".
func modelOf(jobs ...string) *model {
	w := newWorld(time.Time{})
	for _, text := range jobs {
		name, dependsOn, annotated := strings.Cut(text, ": ")
		w.add(gate.Job{Namespace: "ns", Name: name, Annotated: annotated, DependsOn: dependsOn, Suspended: annotated, Object: &lang.Object{}})
	}
	return newModel(w, selection{unrelated: true})
}

// outline draws a forest with one dot for each level.
func outline(m *model, f *forest) []string {
	var lines []string
	for _, r := range f.rows(glyphs{fork: ".", stem: ".", corner: ".", blank: ".", chain: "+"}) {
		lines = append(lines, r.branch+m.nodes[r.node].ref.Name)
	}
	return lines
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
			jobs: []string{"b: gone"},
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
			m := modelOf(test.jobs...)
			f := newForest(m)
			require.Equal(t, test.want, outline(m, f))
			var cycles []string
			for _, cycle := range f.cycles {
				var names []string
				for _, ref := range cycle {
					names = append(names, ref.Name)
				}
				cycles = append(cycles, strings.Join(names, " "))
			}
			require.Equal(t, test.wantCycles, cycles)
		})
	}
}

// Whatever waits for whatever: every node has one row, a tree edge is an edge
// of the graph, and a cycle is named exactly if the graph has one.
func TestForestOfAnyGraph(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		var jobs []string
		n := 1 + random.IntN(9)
		for i := range n {
			job := fmt.Sprintf("j%d", i)
			for k := range random.IntN(3) {
				job += []string{": ", ", "}[min(k, 1)] + fmt.Sprintf("j%d", random.IntN(n))
			}
			jobs = append(jobs, job)
		}
		m := modelOf(jobs...)
		f := newForest(m)

		edges := map[[2]lang.Ref]bool{}
		for _, e := range m.edges {
			edges[[2]lang.Ref{e.from, e.to}] = true
		}
		rows := map[int]int{}
		for _, r := range f.rows(asciiGlyphs()) {
			rows[r.node]++
		}
		require.Len(t, rows, len(m.nodes), "round %d: %v", round, jobs)
		for parent, children := range f.children {
			for _, child := range children {
				require.Equal(t, 1, rows[child])
				require.True(t, edges[[2]lang.Ref{m.nodes[parent].ref, m.nodes[child].ref}])
			}
		}
		for _, cycle := range f.cycles {
			for i, ref := range cycle {
				require.True(t, edges[[2]lang.Ref{cycle[(i+1)%len(cycle)], ref}], "round %d: %v", round, jobs)
			}
		}
		w := newWorld(time.Time{})
		for _, n := range m.nodes {
			w.add(gate.Job{Namespace: "ns", Name: n.ref.Name, Annotated: n.dependsOn != "", DependsOn: n.dependsOn, Object: &lang.Object{}})
		}
		_, cyclic := w.graph.Layers()
		require.Equal(t, len(cyclic) > 0, len(f.cycles) > 0, "round %d: %v", round, jobs)
	}
}
