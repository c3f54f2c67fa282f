package depgraph

import (
	"slices"

	"depctl.dev/lang"
)

// Layers returns all nodes in the order in which they can run: a node is in
// the first layer if it waits for nothing, and else in the one after the last
// of its prerequisites. Nodes on a cycle, and those behind one, have no layer;
// they are returned apart. Every layer is sorted.
func (g *Graph) Layers() (layers [][]lang.Ref, cyclic []lang.Ref) {
	w := g.waves(func(*node) bool { return true })
	for len(w.ready) > 0 {
		layers = append(layers, sorted(w.ready))
		w.next()
	}
	return layers, w.left()
}

// waves takes nodes from a graph, again and again all those that wait for
// nobody any more.
type waves struct {
	g *Graph
	// missing counts the prerequisites that were not taken, by id; it is less
	// than 0 for nodes that are not there.
	missing []int
	ready   []*node
	// sets are those of which a node is a member.
	sets map[*node][]*set
}

// waves starts with the nodes that are to be there.
func (g *Graph) waves(there func(*node) bool) *waves {
	w := &waves{g: g, missing: make([]int, len(g.all)), sets: map[*node][]*set{}}
	for _, in := range g.spaces {
		for _, s := range in.sets {
			for _, member := range s.members {
				w.sets[member] = append(w.sets[member], s)
			}
		}
	}
	for id, one := range g.all {
		if one == nil || !there(one) {
			w.missing[id] = -1
		}
	}
	for id, one := range g.all {
		if w.missing[id] < 0 {
			continue
		}
		for prerequisite := range g.prerequisites(one) {
			if w.missing[prerequisite.id] >= 0 {
				w.missing[id]++
			}
		}
		if w.missing[id] == 0 {
			w.ready = append(w.ready, one)
		}
	}
	return w
}

// next takes the nodes that are ready, so that others are.
func (w *waves) next() {
	var next []*node
	for _, one := range w.ready {
		w.dependents(one, func(dependent *node) {
			if w.missing[dependent.id]--; w.missing[dependent.id] == 0 {
				next = append(next, dependent)
			}
		})
	}
	w.ready = next
}

// dependents visits those who are there and wait for a node, as often as they
// count it.
func (w *waves) dependents(one *node, visit func(*node)) {
	for _, e := range one.dependents {
		if w.missing[e.node] > 0 {
			visit(w.g.all[e.node])
		}
	}
	for _, s := range w.sets[one] {
		for dependent := range s.dependents {
			if dependent != one && w.missing[dependent.id] > 0 {
				visit(dependent)
			}
		}
	}
}

// left returns the nodes that were never ready, sorted.
func (w *waves) left() (list []lang.Ref) {
	for id, one := range w.g.all {
		if w.missing[id] > 0 {
			list = append(list, one.ref())
		}
	}
	slices.SortFunc(list, lang.Ref.Compare)
	return list
}
