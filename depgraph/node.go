package depgraph

import (
	"slices"

	"depctl.dev/lang"
)

// node is one object that exists or that an expression names. It is virtual
// while object is nil, and removed when it is virtual and nobody names it.
type node struct {
	space  *space
	name   string
	object *lang.Object
	labels map[string]string
	expr   *lang.Expr
	// names and sets are what expr names, once each, in the order of its text.
	names []edge
	sets  []inSet
	// in are the sets that it is a member of, in no order.
	in []*set
	// dependents are those whose expression names this one by its name.
	dependents []edge
	// seen is the number that the last search gave it, and visited the last one for sccs.
	seen, visited uint64
	// by is where it is counted while it is virtual.
	by *Usage
	// id is where the graph has it.
	id uint32
	unmetCount
	// countChecks is nil unless something is counted for the expression.
	countChecks *countChecks
	way
	// ending says that the object is about to end.
	ending bool
	// doubted says that it is in the graph's list of those to settle.
	doubted bool
}

// way is how a node waits, as in Node.
type way struct{ waits, failsWhenFalse, relaxes, ends, seesOtherwise bool }

func wayOf(n Node) way {
	return way{n.Waits, n.FailsWhenFalse, n.Relaxes, n.Ends, n.SeesOtherwise}
}

// edge is one end of an edge: the node at the other end, and where the edge is
// in that node's list. So an edge is removed in constant time at both ends.
type edge struct{ node, at uint32 }

// key is what a name, a glob or a selector is looked up in.
type key struct{ kind, namespace, run string }

func keyOf(ref lang.Ref) key { return key{ref.Kind, ref.Namespace, ref.Run} }

// space has the nodes of one kind, namespace and run by name, and the sets that
// are named in it.
type space struct {
	key
	nodes map[string]*node
	sets  map[string]*set
}

func (n *node) ref() lang.Ref {
	return lang.Ref{Kind: n.space.kind, Namespace: n.space.namespace, Name: n.name, Run: n.space.run}
}

// size is how many a node waits for, with repetitions.
func (n *node) size() int {
	size := len(n.names)
	for _, in := range n.sets {
		size += len(in.set.members)
	}
	return size
}

func byRef(a, b *node) int { return a.ref().Compare(b.ref()) }

// lookup returns the node of ref, nil if there is none.
func (g *Graph) lookup(ref lang.Ref) *node {
	if in := g.spaces[keyOf(ref)]; in != nil {
		return in.nodes[ref.Name]
	}
	return nil
}

// node returns the node of ref, a new virtual one if there is none.
func (g *Graph) node(ref lang.Ref) *node {
	in := g.space(ref)
	one, ok := in.nodes[ref.Name]
	if ok {
		return one
	}
	one = &node{space: in, name: ref.Name}
	if last := len(g.free) - 1; last >= 0 {
		one.id, g.free = g.free[last], g.free[:last]
		g.all[one.id] = one
	} else {
		one.id = uint32(len(g.all))
		g.all = append(g.all, one)
	}
	in.nodes[ref.Name] = one
	return one
}

func (g *Graph) space(ref lang.Ref) *space {
	at := keyOf(ref)
	in, ok := g.spaces[at]
	if !ok {
		in = &space{key: at, nodes: map[string]*node{}, sets: map[string]*set{}}
		g.spaces[at] = in
	}
	return in
}

// drop removes a virtual node that nobody names any more.
func (g *Graph) drop(one *node) {
	if one.object != nil || one.expr != nil || len(one.dependents) > 0 {
		return
	}
	if g.ranks != nil {
		g.ranks.set(one, unranked)
	}
	delete(one.space.nodes, one.name)
	g.all[one.id] = nil
	g.free = append(g.free, one.id)
	g.clear(one.space)
}

// clear removes a space that has nothing in it.
func (g *Graph) clear(in *space) {
	if len(in.nodes) == 0 && len(in.sets) == 0 {
		delete(g.spaces, in.key)
	}
}

// found collects nodes, each once.
type found struct {
	number uint64
	nodes  []*node
}

// found returns an empty collection. Only the latest one may be added to.
func (g *Graph) found() found {
	g.clock++
	return found{number: g.clock}
}

// seen reports whether a node was seen before; from now on it was.
func (f *found) seen(one *node) bool {
	if one.seen == f.number {
		return true
	}
	one.seen = f.number
	return false
}

func (f *found) add(one *node) {
	if !f.seen(one) {
		f.nodes = append(f.nodes, one)
	}
}

func (f *found) refs() []lang.Ref {
	if len(f.nodes) == 0 {
		return nil
	}
	return sorted(f.nodes)
}

func sorted(nodes []*node) []lang.Ref {
	list := make([]lang.Ref, len(nodes))
	for i, one := range nodes {
		list[i] = one.ref()
	}
	slices.SortFunc(list, lang.Ref.Compare)
	return list
}
