package picture

import (
	"cmp"
	"slices"
)

// links are the edges of a graph by the indexes of its nodes: who stands before
// and after whom, each once and in order.
type links struct {
	before, after [][]int
	// closing are the edges that were left out, as they close a cycle, and cycles
	// the nodes of each.
	closing [][2]int
	cycles  [][]int
	// backward are the edges that were left out, as they lead back, to another run: they
	// close no cycle.
	backward [][2]int
}

// newLinks returns the edges of a sorted graph without those that close a cycle or lead back.
func newLinks(g *Graph) *links {
	at := g.index()
	after := make([][]int, len(g.Nodes))
	entered := make([]bool, len(g.Nodes))
	var others []Edge
	for _, e := range g.Edges {
		if e.OtherRun {
			others = append(others, e)
			continue
		}
		from, to := at[e.From], at[e.To]
		after[from] = append(after[from], to)
		entered[to] = entered[to] || from != to
	}
	for i := range after {
		slices.Sort(after[i])
		after[i] = slices.Compact(after[i])
	}
	l := &links{before: make([][]int, len(after)), after: make([][]int, len(after))}
	l.walk(after, entered)
	// The latest runs come first: what is left out then is what is longest over.
	slices.SortStableFunc(others, func(a, b Edge) int { return cmp.Compare(b.lastRun(), a.lastRun()) })
	for _, e := range others {
		l.lead(at[e.From], at[e.To])
	}
	for i := range l.before {
		slices.Sort(l.before[i])
		slices.Sort(l.after[i])
	}
	slices.SortFunc(l.backward, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	return l
}

// lead adds an edge, or notes that it leads back.
func (l *links) lead(from, to int) {
	edge := [2]int{from, to}
	switch {
	case slices.Contains(l.after[from], to) || slices.Contains(l.closing, edge) || slices.Contains(l.backward, edge):
	case l.reaches(to, from):
		l.backward = append(l.backward, edge)
	default:
		l.after[from] = append(l.after[from], to)
		l.before[to] = append(l.before[to], from)
	}
}

// reaches reports whether a way leads from one node to another.
func (l *links) reaches(from, to int) bool {
	seen := make([]bool, len(l.after))
	list := []int{from}
	for len(list) > 0 {
		one := list[len(list)-1]
		list = list[:len(list)-1]
		if one == to {
			return true
		}
		if !seen[one] {
			seen[one] = true
			list = append(list, l.after[one]...)
		}
	}
	return false
}

// back are the edges that are not drawn along with the others.
func (l *links) back() [][2]int { return slices.Concat(l.closing, l.backward) }

// walk goes depth first from those that wait for nobody, and then from what is
// left, which is on a cycle or behind one.
func (l *links) walk(after [][]int, entered []bool) {
	const fresh, open, done = 0, 1, 2
	state := make([]int, len(after))
	var path []int
	var visit func(int)
	visit = func(i int) {
		state[i] = open
		path = append(path, i)
		for _, to := range after[i] {
			if state[to] == open {
				l.closing = append(l.closing, [2]int{i, to})
				l.cycles = append(l.cycles, slices.Clone(path[slices.Index(path, to):]))
				continue
			}
			l.after[i] = append(l.after[i], to)
			l.before[to] = append(l.before[to], i)
			if state[to] == fresh {
				visit(to)
			}
		}
		state[i] = done
		path = path[:len(path)-1]
	}
	for _, only := range []bool{true, false} {
		for i := range after {
			if state[i] == fresh && (!only || !entered[i]) {
				visit(i)
			}
		}
	}
	slices.SortFunc(l.closing, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
}

// order returns the nodes so that each comes after all that it waits for.
func (l *links) order() []int {
	missing := make([]int, len(l.before))
	var order []int
	for i, before := range l.before {
		if missing[i] = len(before); missing[i] == 0 {
			order = append(order, i)
		}
	}
	for k := 0; k < len(order); k++ {
		for _, to := range l.after[order[k]] {
			if missing[to]--; missing[to] == 0 {
				order = append(order, to)
			}
		}
	}
	return order
}

// layers returns the layer of each node: one after the last of its
// prerequisites. Those that wait for nobody stand right before the first that
// waits for them, which keeps lines short.
func (l *links) layers() []int {
	layer := make([]int, len(l.before))
	for _, i := range l.order() {
		for _, from := range l.before[i] {
			layer[i] = max(layer[i], layer[from]+1)
		}
	}
	for i, after := range l.after {
		if len(l.before[i]) > 0 || len(after) == 0 {
			continue
		}
		layer[i] = layer[after[0]] - 1
		for _, to := range after {
			layer[i] = min(layer[i], layer[to]-1)
		}
	}
	return layer
}

// components returns the parts of a graph between which there is no edge, the
// largest first, and those of one size by their first node.
func (l *links) components() [][]int {
	neighbours := make([][]int, len(l.before))
	for i := range neighbours {
		neighbours[i] = append(slices.Clone(l.before[i]), l.after[i]...)
	}
	for _, e := range l.back() {
		neighbours[e[0]] = append(neighbours[e[0]], e[1])
		neighbours[e[1]] = append(neighbours[e[1]], e[0])
	}
	seen := make([]bool, len(neighbours))
	var components [][]int
	for start := range neighbours {
		if seen[start] {
			continue
		}
		seen[start] = true
		part := []int{start}
		for k := 0; k < len(part); k++ {
			for _, to := range neighbours[part[k]] {
				if !seen[to] {
					seen[to] = true
					part = append(part, to)
				}
			}
		}
		slices.Sort(part)
		components = append(components, part)
	}
	slices.SortStableFunc(components, func(a, b []int) int { return len(b) - len(a) })
	return components
}
