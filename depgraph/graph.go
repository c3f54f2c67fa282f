package depgraph

import (
	"maps"
	"slices"

	"depctl.dev/lang"
)

// Graph is a set of objects with the expressions that some of them carry. The
// zero Graph is not usable; make one with New.
type Graph struct {
	spaces map[space]*members
	nodes  int
}

// space is what a name, a glob or a selector is looked up in.
type space struct{ kind, namespace string }

// members are the nodes of one space by name, and the sets that are named in it.
type members struct {
	nodes map[string]*node
	sets  map[string]*set
}

// node is one object that exists or that an expression names. It is virtual
// while object is nil, and goes when it is virtual and nobody names it.
type node struct {
	ref    lang.Ref
	object *lang.Object
	labels map[string]string
	expr   *lang.Expr
	// names and sets are what expr names, once each, in the order of its text.
	names []*node
	sets  []*set
	// dependents are those whose expression names this one by its name.
	dependents map[*node]struct{}
}

// New returns an empty graph.
func New() *Graph {
	return &Graph{spaces: map[space]*members{}}
}

// Node is what is known of one object.
type Node struct {
	// Object is what expressions may learn about it.
	Object *lang.Object
	// Labels are those that a selector looks at.
	Labels map[string]string
	// Expr is what it waits for; nil if for nothing.
	Expr *lang.Expr
}

// Set adds an object, or replaces what was known of it, and returns the objects
// that must be looked at again, sorted: its dependents, before and now. An
// object that is the same pointer as before affects nobody. The graph keeps all
// that it is given; it must not change afterwards.
func (g *Graph) Set(ref lang.Ref, n Node) (affected []lang.Ref) {
	one := g.node(ref)
	changed := one.object != n.Object || !maps.Equal(one.labels, n.Labels)
	found := map[*node]struct{}{}
	if changed {
		g.dependents(one, found)
	}
	one.object, one.labels = n.Object, n.Labels
	if changed {
		g.sort(one)
		g.dependents(one, found)
	}
	g.link(one, n.Expr)
	return refs(found)
}

// Remove takes an object away and returns those that must be looked at again,
// sorted. While somebody names it, it stays as a virtual node.
func (g *Graph) Remove(ref lang.Ref) (affected []lang.Ref) {
	one := g.lookup(ref)
	if one == nil {
		return nil
	}
	found := map[*node]struct{}{}
	g.dependents(one, found)
	delete(found, one)
	one.object, one.labels = nil, nil
	g.sort(one)
	g.link(one, nil)
	g.drop(one)
	return refs(found)
}

// Object returns what is known of an object, nil if it does not exist.
func (g *Graph) Object(ref lang.Ref) *lang.Object {
	if one := g.lookup(ref); one != nil {
		return one.object
	}
	return nil
}

// Expr returns the expression that an object carries, nil if it has none.
func (g *Graph) Expr(ref lang.Ref) *lang.Expr {
	if one := g.lookup(ref); one != nil {
		return one.expr
	}
	return nil
}

// Prerequisites returns the objects that ref waits for, once each, in the order
// in which its expression first names them: those that it names, whether they
// exist or not, and those that are now in the sets that it names.
func (g *Graph) Prerequisites(ref lang.Ref) []lang.Ref {
	one := g.lookup(ref)
	if one == nil {
		return nil
	}
	var list []lang.Ref
	for _, named := range one.names {
		list = append(list, named.ref)
	}
	if len(one.sets) == 0 {
		return list
	}
	listed := make(map[lang.Ref]bool, len(list))
	for _, named := range list {
		listed[named] = true
	}
	for _, s := range one.sets {
		for _, member := range s.members {
			if member != one && !listed[member.ref] {
				listed[member.ref] = true
				list = append(list, member.ref)
			}
		}
	}
	return list
}

// Dependents returns the objects that wait for ref, by name or by a set, sorted:
// those to look at again when ref changes.
func (g *Graph) Dependents(ref lang.Ref) []lang.Ref {
	one := g.lookup(ref)
	if one == nil {
		return nil
	}
	found := map[*node]struct{}{}
	g.dependents(one, found)
	return refs(found)
}

// Refs returns all nodes, the virtual ones too, sorted.
func (g *Graph) Refs() []lang.Ref {
	list := make([]lang.Ref, 0, g.nodes)
	for _, in := range g.spaces {
		for _, one := range in.nodes {
			list = append(list, one.ref)
		}
	}
	slices.SortFunc(list, lang.Ref.Compare)
	return list
}

// Len returns how many nodes there are, the virtual ones too.
func (g *Graph) Len() int { return g.nodes }

// lookup returns the node of ref, nil if there is none.
func (g *Graph) lookup(ref lang.Ref) *node {
	if in := g.spaces[space{ref.Kind, ref.Namespace}]; in != nil {
		return in.nodes[ref.Name]
	}
	return nil
}

// node returns the node of ref, a new virtual one if there is none.
func (g *Graph) node(ref lang.Ref) *node {
	in := g.space(ref)
	one, ok := in.nodes[ref.Name]
	if !ok {
		one = &node{ref: ref}
		in.nodes[ref.Name] = one
		g.nodes++
	}
	return one
}

func (g *Graph) space(ref lang.Ref) *members {
	key := space{ref.Kind, ref.Namespace}
	in, ok := g.spaces[key]
	if !ok {
		in = &members{nodes: map[string]*node{}, sets: map[string]*set{}}
		g.spaces[key] = in
	}
	return in
}

// drop forgets a virtual node that nobody names any more.
func (g *Graph) drop(one *node) {
	if one.object != nil || one.expr != nil || len(one.dependents) > 0 {
		return
	}
	delete(g.space(one.ref).nodes, one.ref.Name)
	g.nodes--
	g.clear(one.ref)
}

// clear forgets a space that has nothing in it.
func (g *Graph) clear(ref lang.Ref) {
	if in := g.space(ref); len(in.nodes) == 0 && len(in.sets) == 0 {
		delete(g.spaces, space{ref.Kind, ref.Namespace})
	}
}

func refs(nodes map[*node]struct{}) []lang.Ref {
	if len(nodes) == 0 {
		return nil
	}
	list := make([]lang.Ref, 0, len(nodes))
	for one := range nodes {
		list = append(list, one.ref)
	}
	slices.SortFunc(list, lang.Ref.Compare)
	return list
}
