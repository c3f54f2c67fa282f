package depgraph

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestShortestCycleIsTheFirstOfAll compares it with all simple cycles.
func TestShortestCycleIsTheFirstOfAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "nodes")
		waits := make([][]int, n)
		for i := range waits {
			waits[i] = rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, min(n, 3), rapid.ID).Draw(t, "waits")
			slices.Sort(waits[i])
		}
		search, placed := newShortest(waits, func(int) {}), 0
		for _, members := range componentsOf(waits, func(int) {}) {
			var want []int
			for _, cycle := range simpleCycles(waits, members) {
				if want == nil || len(cycle) < len(want) || len(cycle) == len(want) && slices.Compare(cycle, want) < 0 {
					want = cycle
				}
			}
			require.Equal(t, want, search.shortest(members))
			placed += len(members)
		}
		onCycle := map[int]bool{}
		for i := range waits {
			for _, cycle := range simpleCycles(waits, []int{i}) {
				for _, one := range cycle {
					onCycle[one] = true
				}
			}
		}
		require.Len(t, onCycle, placed)
	})
}

// simpleCycles returns all cycles whose smallest node is one of starts.
func simpleCycles(waits [][]int, starts []int) (cycles [][]int) {
	var path []int
	var walk func(start, one int)
	walk = func(start, one int) {
		path = append(path, one)
		for _, to := range waits[one] {
			switch {
			case to == start:
				cycles = append(cycles, slices.Clone(path))
			case to > start && !slices.Contains(path, to):
				walk(start, to)
			}
		}
		path = path[:len(path)-1]
	}
	for _, start := range starts {
		walk(start, start)
	}
	return cycles
}
