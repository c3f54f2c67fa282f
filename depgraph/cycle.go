package depgraph

import "slices"

// componentsOf returns the strongly connected components with a cycle, each
// sorted. It tells step how much it does.
func componentsOf(waits [][]int, step func(int)) [][]int {
	numbers := make([]uint64, len(waits))
	search := components[int]{
		next: func(i int) []int {
			step(1 + len(waits[i]))
			return waits[i]
		},
		number: func(i int) *uint64 { return &numbers[i] },
		first:  1, last: 1,
	}
	for i := range waits {
		search.from(i)
	}
	for _, members := range search.found {
		slices.Sort(members)
	}
	return search.found
}

func inverse(waits [][]int) [][]int {
	waited := make([][]int, len(waits))
	for i, list := range waits {
		for _, to := range list {
			waited[to] = append(waited[to], i)
		}
	}
	return waited
}

// shortest searches for cycles in a graph. A node is removed when it was tried, or when
// it is on no cycle any more: nothing is to be found through it.
type shortest struct {
	waits, waited [][]int
	// out and in count the neighbours that are not gone.
	out, in []int
	gone    []bool
	// parent is the node from which one was reached in the search numbered seen.
	parent, seen []int
	number       int
	// left is how many more edges are gone along in search of a shorter cycle, and
	// step is told of each.
	left int
	step func(int)
}

// newShortest returns a search that goes along each edge that often at most, and along a
// number of edges that costs nothing anyway.
func newShortest(waits [][]int, step func(int)) *shortest {
	const often, anyway = 16, 100_000
	n := len(waits)
	s := &shortest{
		waits: waits, waited: inverse(waits), left: anyway, step: step,
		out: make([]int, n), in: make([]int, n), gone: make([]bool, n), parent: make([]int, n), seen: make([]int, n),
	}
	for i := range waits {
		s.out[i], s.in[i] = len(waits[i]), len(s.waited[i])
		s.left += often * len(waits[i])
	}
	for i := range waits {
		if s.out[i] == 0 || s.in[i] == 0 {
			s.remove(i)
		}
	}
	return s
}

// shortest returns the shortest cycle of a component: of several, the one with
// the smallest nodes. It begins with its smallest node.
//
// One node after the other is taken for the start of a cycle without those
// before it. A single cycle costs linear time, the worst component nodes times
// edges. So that never more than linear time is spent, it is the shortest of those
// that were found until then where many edges were gone along. At least it is the
// shortest through the first node of the component.
func (s *shortest) shortest(component []int) (best []int) {
	for _, start := range component {
		if s.gone[start] {
			continue
		}
		if len(best) == 1 || best != nil && s.left <= 0 {
			break
		}
		if cycle := s.through(start, len(best)); cycle != nil {
			best = cycle
		}
		s.remove(start)
	}
	return best
}

// remove removes a node, and those that are then on no cycle.
func (s *shortest) remove(start int) {
	list := []int{start}
	for len(list) > 0 {
		one := list[len(list)-1]
		list = list[:len(list)-1]
		if s.gone[one] {
			continue
		}
		s.gone[one] = true
		for _, to := range s.waits[one] {
			if s.in[to]--; s.in[to] == 0 {
				list = append(list, to)
			}
		}
		for _, from := range s.waited[one] {
			if s.out[from]--; s.out[from] == 0 {
				list = append(list, from)
			}
		}
	}
}

// through returns the shortest cycle through start that is shorter than limit,
// where 0 is no limit.
func (s *shortest) through(start, limit int) []int {
	s.number++
	level := []int{start}
	for length := 1; len(level) > 0 && (limit == 0 || length < limit); length++ {
		var next []int
		for _, one := range level {
			s.left -= len(s.waits[one])
			s.step(1 + len(s.waits[one]))
			for _, to := range s.waits[one] {
				switch {
				case to == start:
					return s.path(start, one)
				case !s.gone[to] && s.seen[to] != s.number:
					s.seen[to], s.parent[to] = s.number, one
					next = append(next, to)
				}
			}
		}
		level = next
	}
	return nil
}

// path returns the way from start to last.
func (s *shortest) path(start, last int) []int {
	var path []int
	for ; last != start; last = s.parent[last] {
		path = append(path, last)
	}
	path = append(path, start)
	slices.Reverse(path)
	return path
}
