package depgraph

import (
	"maps"
	"slices"

	"depctl.dev/lang"
)

// Graph is a set of objects with the expressions that some of them carry. The
// zero Graph is not usable; create one with New.
type Graph struct {
	spaces map[key]*space
	// usage is what is kept for whom, by namespace.
	usage map[string]*Usage
	// all has each node at its id; free are the ids that nobody has.
	all  []*node
	free []uint32
	// changes counts the calls of Set and Remove.
	changes uint64
	// clock is the last number that a search wrote into a node.
	clock uint64
	// nudgeable are the ids of nodes that only ending prerequisites came to keep waiting.
	nudgeable []uint32
	// ranks is nil unless somebody asks for them.
	ranks *ranks
	deadlocks
}

// New returns an empty graph.
func New() *Graph {
	return &Graph{
		spaces:    map[key]*space{},
		usage:     map[string]*Usage{},
		deadlocks: deadlocks{sccs: map[*node]*scc{}, stuck: map[*node]report{}},
	}
}

// Node is what is known of one object.
type Node struct {
	// Object is what expressions may learn about it.
	Object *lang.Object
	// Labels are those that a selector looks at.
	Labels map[string]string
	// Expr is what it waits for; nil if for nothing.
	Expr *lang.Expr
	// Waits says that the object cannot run before Expr is true. Only such
	// objects are ever stuck.
	Waits bool
	// FailsWhenFalse says that an object that waits is skipped as soon as Expr
	// is false. Otherwise it waits until Expr is no longer false.
	FailsWhenFalse bool
	// Relaxes says that an object that waits goes by Expr.Relaxed as soon as Expr
	// is false.
	Relaxes bool
	// Ends says that something else will end its wait, so that it is skipped.
	Ends bool
	// SeesOtherwise says that whoever decides about the object sees other objects
	// than the graph has: some that were removed, or not all that exist. Every
	// change of a prerequisite affects it.
	SeesOtherwise bool
}

// Set adds an object, or replaces what was known of it, and returns the objects
// that must be looked at again, sorted: its dependents, before and now. Those
// that wait for nothing but the success of names are left out while their verdict
// stays the same, unless an object is removed that had ended. What is new about the
// object itself is for the caller to look at. An object that is the same pointer as
// before affects nobody. The graph keeps all that it is given; it must not change afterwards.
func (g *Graph) Set(ref lang.Ref, n Node) (affected []lang.Ref) {
	g.changes++
	one := g.node(ref)
	found := g.found()
	moved, waited := false, one.waiting()
	if one.object != n.Object || !maps.Equal(one.labels, n.Labels) {
		moved = g.replace(one, n.Object, n.Labels, &found)
	}
	if way := wayOf(n); moved || one.expr != n.Expr || one.way != way || one.waiting() && !waited {
		g.link(one, n.Expr)
		one.way = way
		g.always(one)
		g.doubt(one)
	}
	g.drop(one)
	return found.refs()
}

// Changes counts the calls of Set and Remove. What somebody has worked out holds while it stays the same.
func (g *Graph) Changes() uint64 { return g.changes }

// Remove removes an object and returns those that must be looked at again,
// sorted. While somebody names it, it stays as a virtual node.
func (g *Graph) Remove(ref lang.Ref) (affected []lang.Ref) {
	g.changes++
	one := g.lookup(ref)
	if one == nil {
		return nil
	}
	found := g.found()
	found.seen(one)
	g.replace(one, nil, nil, &found)
	g.link(one, nil)
	one.way = way{}
	g.doubt(one)
	g.drop(one)
	return found.refs()
}

// replace gives a node an object and labels, and collects whom that affects. It
// reports whether the node joined a set or left one.
func (g *Graph) replace(one *node, object *lang.Object, labels map[string]string, into *found) (moved bool) {
	before, wasEnding := one.object, one.ending
	one.ending = wasEnding && object != nil && object.UID == before.UID
	if before != object {
		g.retract(one)
	}
	g.reconsider(one)
	sorts := (object == nil) != (before == nil) || !maps.Equal(one.labels, labels)
	if one.object, one.labels = object, labels; object == nil {
		delete(g.stuck, one)
	}
	g.charge(one)
	var joined, left []*set
	if sorts {
		if joined, left = g.sort(one); len(joined) > 0 {
			g.reconsider(one)
		}
	}
	if moved = len(joined)+len(left) > 0; moved || ended(before) != ended(object) {
		g.unrank(one)
	}
	changed := g.tellSets(one, before, joined, left, into)
	if one.countChecks != nil {
		one.recount(one)
		if !one.countChecks.opaque {
			one.reevaluate()
		}
	}
	g.tell(one, before, wasEnding, into)
	g.tellUsers(one, changed, into)
	return moved
}

// Object returns what is known of an object, nil if it does not exist.
func (g *Graph) Object(ref lang.Ref) *lang.Object {
	if one := g.lookup(ref); one != nil {
		return one.object
	}
	return nil
}

// Named reports whether somebody names an object, or it exists.
func (g *Graph) Named(ref lang.Ref) bool { return g.lookup(ref) != nil }

// Waits reports whether an object waits for its expression, as its Node says.
func (g *Graph) Waits(ref lang.Ref) bool {
	one := g.lookup(ref)
	return one != nil && one.waiting()
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
	size := one.size()
	list := make([]lang.Ref, 0, size)
	var seen map[*node]bool // names alone are there once, and so is a set alone
	if len(one.sets) > 1 || len(one.sets) > 0 && len(one.names) > 0 {
		seen = make(map[*node]bool, size)
	}
	for prerequisite := range g.prerequisites(one) {
		if seen[prerequisite] {
			continue
		}
		if seen != nil {
			seen[prerequisite] = true
		}
		list = append(list, prerequisite.ref())
	}
	return list
}

// Dependents returns the objects that wait for ref, by name or by a set, sorted.
func (g *Graph) Dependents(ref lang.Ref) []lang.Ref {
	one := g.lookup(ref)
	if one == nil {
		return nil
	}
	var list []lang.Ref
	g.dependents(one, func(dependent *node) { list = append(list, dependent.ref()) })
	slices.SortFunc(list, lang.Ref.Compare)
	return slices.Compact(list)
}

// HasDependents reports whether some object waits for ref by name. It costs the same however many do.
func (g *Graph) HasDependents(ref lang.Ref) bool {
	one := g.lookup(ref)
	return one != nil && len(one.dependents) > 0
}

// Refs returns all nodes, the virtual ones too, sorted.
func (g *Graph) Refs() []lang.Ref {
	list := make([]lang.Ref, 0, g.Len())
	for _, one := range g.all {
		if one != nil {
			list = append(list, one.ref())
		}
	}
	slices.SortFunc(list, lang.Ref.Compare)
	return list
}

// Len returns how many nodes there are, the virtual ones too.
func (g *Graph) Len() int { return len(g.all) - len(g.free) }
