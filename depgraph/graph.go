package depgraph

import (
	"maps"
	"slices"

	"depctl.dev/lang"
)

// Graph is a set of objects with the expressions that some of them carry. The
// zero Graph is not usable; make one with New.
type Graph struct {
	nodes map[lang.Ref]*node
}

// node is one object that exists or that an expression names. It is virtual
// while object is nil, and goes when it is virtual and nobody names it.
type node struct {
	object *lang.Object
	expr   *lang.Expr
	// prerequisites are the objects that expr names, once each, in the
	// order of its text.
	prerequisites []lang.Ref
	dependents    map[lang.Ref]struct{}
}

// New returns an empty graph.
func New() *Graph {
	return &Graph{nodes: map[lang.Ref]*node{}}
}

// Set adds an object, or replaces what was known of it. A nil expr means that
// it waits for nothing. The graph keeps both pointers; what they point to must
// not change afterwards.
func (g *Graph) Set(ref lang.Ref, object *lang.Object, expr *lang.Expr) {
	n := g.node(ref)
	n.object = object
	if n.expr == expr {
		return
	}
	g.unlink(ref, n)
	n.expr = expr
	if expr == nil {
		return
	}
	for _, check := range expr.Checks() {
		prerequisite := check.Ref.Resolve(ref.Namespace)
		p := g.node(prerequisite)
		if _, named := p.dependents[ref]; named {
			continue
		}
		if p.dependents == nil {
			p.dependents = map[lang.Ref]struct{}{}
		}
		p.dependents[ref] = struct{}{}
		n.prerequisites = append(n.prerequisites, prerequisite)
	}
}

// Remove takes an object away. While somebody names it, it stays as a virtual
// node.
func (g *Graph) Remove(ref lang.Ref) {
	n, ok := g.nodes[ref]
	if !ok {
		return
	}
	n.object = nil
	g.unlink(ref, n)
	g.drop(ref, n)
}

// Object returns what is known of an object, nil if it does not exist. It
// makes a Graph a lang.World.
func (g *Graph) Object(ref lang.Ref) *lang.Object {
	if n, ok := g.nodes[ref]; ok {
		return n.object
	}
	return nil
}

// Expr returns the expression that an object carries, nil if it has none.
func (g *Graph) Expr(ref lang.Ref) *lang.Expr {
	if n, ok := g.nodes[ref]; ok {
		return n.expr
	}
	return nil
}

// Prerequisites returns the objects that ref waits for, in the order in which
// its expression first names them. The caller must not change the result.
func (g *Graph) Prerequisites(ref lang.Ref) []lang.Ref {
	if n, ok := g.nodes[ref]; ok {
		return n.prerequisites
	}
	return nil
}

// Dependents returns the objects whose expression names ref, sorted: those to
// look at again when ref changes.
func (g *Graph) Dependents(ref lang.Ref) []lang.Ref {
	n, ok := g.nodes[ref]
	if !ok {
		return nil
	}
	return slices.SortedFunc(maps.Keys(n.dependents), lang.Ref.Compare)
}

// Refs returns all nodes, the virtual ones too, sorted.
func (g *Graph) Refs() []lang.Ref {
	return slices.SortedFunc(maps.Keys(g.nodes), lang.Ref.Compare)
}

// Len returns how many nodes there are, the virtual ones too.
func (g *Graph) Len() int { return len(g.nodes) }

func (g *Graph) node(ref lang.Ref) *node {
	n, ok := g.nodes[ref]
	if !ok {
		n = &node{}
		g.nodes[ref] = n
	}
	return n
}

// unlink removes the edges that lead to ref.
func (g *Graph) unlink(ref lang.Ref, n *node) {
	for _, prerequisite := range n.prerequisites {
		p := g.nodes[prerequisite]
		delete(p.dependents, ref)
		if p != n {
			g.drop(prerequisite, p)
		}
	}
	n.expr, n.prerequisites = nil, nil
}

// drop forgets a virtual node that nobody names any more.
func (g *Graph) drop(ref lang.Ref, n *node) {
	if n.object == nil && len(n.dependents) == 0 && n.expr == nil {
		delete(g.nodes, ref)
	}
}
