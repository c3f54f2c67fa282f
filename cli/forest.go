package cli

import (
	"slices"

	"depctl.dev/lang"
)

// forest is the nodes of a model, each once, below the prerequisite that comes
// last on the way from a root. Nodes are known by their index in the model.
type forest struct {
	roots    []int
	children [][]int
	// cycles has the cycles that were met, each from its smallest node on,
	// every node followed by the one that it waits for. No node is in two.
	cycles [][]lang.Ref
}

// newForest lays out a model. An edge that closes a cycle is left out, so that
// what remains has an order.
func newForest(m *model) *forest {
	w := newWalk(m)
	for start := range m.nodes {
		if len(w.prerequisites[start]) == 0 {
			w.visit(start)
		}
	}
	for start := range m.nodes {
		w.visit(start)
	}
	slices.Reverse(w.finished)
	return w.forest()
}

// walk is a depth-first search along the dependents.
type walk struct {
	nodes         []node
	prerequisites [][]int
	dependents    [][]int
	seen          []bool
	path          []int
	place         []int // of a node in path, plus one; 0 when it is not there
	finished      []int // the reverse of an order in which prerequisites come first
	closing       map[[2]int]bool
	onCycle       map[int]bool
	cycles        [][]lang.Ref
}

func newWalk(m *model) *walk {
	index := make(map[lang.Ref]int, len(m.nodes))
	for i, n := range m.nodes {
		index[n.ref] = i
	}
	w := &walk{
		nodes:         m.nodes,
		prerequisites: make([][]int, len(m.nodes)),
		dependents:    make([][]int, len(m.nodes)),
		seen:          make([]bool, len(m.nodes)),
		place:         make([]int, len(m.nodes)),
		closing:       map[[2]int]bool{},
		onCycle:       map[int]bool{},
	}
	for _, e := range m.edges {
		from, to := index[e.from], index[e.to]
		w.prerequisites[to] = append(w.prerequisites[to], from)
		w.dependents[from] = append(w.dependents[from], to)
	}
	return w
}

func (w *walk) visit(i int) {
	if w.seen[i] {
		return
	}
	w.seen[i] = true
	w.path = append(w.path, i)
	w.place[i] = len(w.path)
	for _, dependent := range w.dependents[i] {
		if at := w.place[dependent]; at > 0 {
			w.closing[[2]int{i, dependent}] = true
			w.note(w.path[at-1:])
			continue
		}
		w.visit(dependent)
	}
	w.path = w.path[:len(w.path)-1]
	w.place[i] = 0
	w.finished = append(w.finished, i)
}

// note keeps a cycle, given from prerequisite to dependent, unless one of its
// nodes is in a cycle already: the first one says enough about a knot.
func (w *walk) note(path []int) {
	if slices.ContainsFunc(path, func(i int) bool { return w.onCycle[i] }) {
		return
	}
	cycle := slices.Clone(path)
	slices.Reverse(cycle)
	first := slices.Index(cycle, slices.Min(cycle))
	refs := make([]lang.Ref, len(cycle))
	for i := range cycle {
		node := cycle[(first+i)%len(cycle)]
		w.onCycle[node] = true
		refs[i] = w.nodes[node].ref
	}
	w.cycles = append(w.cycles, refs)
}

// forest puts each node below its deepest prerequisite, the smallest of those
// that are equally deep. The depth of a node is the length of the longest way
// to it from a root.
func (w *walk) forest() *forest {
	f := &forest{children: make([][]int, len(w.nodes)), cycles: w.cycles}
	depth := make([]int, len(w.nodes))
	parent := make([]int, len(w.nodes))
	for _, i := range w.finished {
		parent[i] = -1
		for _, p := range w.prerequisites[i] {
			if w.closing[[2]int{p, i}] {
				continue
			}
			if at := depth[p] + 1; at > depth[i] || at == depth[i] && p < parent[i] {
				depth[i], parent[i] = at, p
			}
		}
	}
	for i, p := range parent {
		if p < 0 {
			f.roots = append(f.roots, i)
		} else {
			f.children[p] = append(f.children[p], i)
		}
	}
	return f
}
