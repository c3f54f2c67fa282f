package depgraph

import (
	"slices"

	"depctl.dev/lang"
)

// deadlocks is what the graph knows of Jobs that wait for one another.
type deadlocks struct {
	// knots has every node that waits for itself through others that wait,
	// whether it is stuck or not. A knot in which something changed is taken
	// apart, and its nodes are doubted until Settle ties what is left of it.
	knots map[*node]*knot
	// stuck has the shortest cycle for each node that was stuck when Settle
	// last looked.
	stuck map[*node][]lang.Ref
	// doubtful are the nodes that may be on a cycle which Settle has not seen.
	doubtful []*node
}

// knot is a strongly connected component of the nodes that wait.
type knot struct{ members []*node }

// Settle looks for deadlocks in what changed since it was last called, and
// returns the objects of which Stuck or Cycle now say something else, sorted.
// Call it after Set and Remove, once for as many of them as came together.
//
// Objects are stuck if they wait for one another and no outcome of the objects
// outside of their component can ever make the expression of one of them true.
// An object that merely waits for one of them is not; nor is one that could not
// be opened if all others went on. They may still be skipped, when their wait
// ends or because another object fails; what that decides for others is
// foreseen.
func (g *Graph) Settle() (affected []lang.Ref) {
	if len(g.doubtful) == 0 {
		return nil
	}
	before := map[*node][]lang.Ref{}
	forget := func(one *node) {
		if cycle, ok := g.stuck[one]; ok {
			before[one] = cycle
			delete(g.stuck, one)
		}
	}
	search := components{
		next:   func(id int) []int { return g.awaited(g.all[id]) },
		number: func(id int) *uint64 { return &g.all[id].seen },
		first:  g.clock + 1, last: g.clock + 1,
	}
	for _, one := range g.doubtful {
		one.doubted = false
		forget(one)
		if one.waiting() && g.isAwaited(one) {
			search.from(int(one.id))
		}
	}
	g.doubtful, g.clock = nil, search.last
	for _, ids := range search.found {
		k := &knot{members: make([]*node, len(ids))}
		for i, id := range ids {
			one := g.all[id]
			forget(one)
			k.members[i], g.knots[one] = one, k
		}
		g.judge(k)
		for _, one := range k.members {
			if !slices.Equal(before[one], g.stuck[one]) {
				affected = append(affected, one.ref())
			}
			delete(before, one)
		}
	}
	for one := range before {
		affected = append(affected, one.ref())
	}
	slices.SortFunc(affected, lang.Ref.Compare)
	return affected
}

// Stuck returns the objects that were stuck when Settle last looked, sorted.
func (g *Graph) Stuck() []lang.Ref {
	if len(g.stuck) == 0 {
		return nil
	}
	list := make([]lang.Ref, 0, len(g.stuck))
	for one := range g.stuck {
		list = append(list, one.ref())
	}
	slices.SortFunc(list, lang.Ref.Compare)
	return list
}

// Cycle returns the shortest cycle of the deadlock in which an object was stuck
// when Settle last looked, nil if it was not. Each object in it waits for the
// next and the last one for the first, which is the smallest. In a deadlock of
// several cycles the object itself need not be in the shortest.
func (g *Graph) Cycle(ref lang.Ref) []lang.Ref {
	if one := g.lookup(ref); one != nil {
		return g.stuck[one]
	}
	return nil
}

// waiting tells whether a node cannot go on before its expression is true.
func (n *node) waiting() bool {
	return n.waits && n.expr != nil && n.object != nil && n.object.Outcome == lang.Undecided
}

// isAwaited tells whether anybody waits for a node: else no cycle goes through
// it.
func (g *Graph) isAwaited(one *node) bool {
	if len(one.dependents) > 0 {
		return true
	}
	for range g.setsOf(one) {
		return true // there is no set for which nobody waits
	}
	return false
}

// doubt notes that edges or the way of waiting of a node changed. A new cycle
// can only go through such a node, and it is doubted; a cycle that went through
// it is gone, or not the same.
func (g *Graph) doubt(one *node) {
	if k := g.knots[one]; k != nil {
		g.untie(k)
	} else if one.waiting() || g.stuck[one] != nil {
		g.suspect(one)
	}
}

// reconsider notes that the object of a node changed: what that decides may
// free or bind those in knots that wait for it.
func (g *Graph) reconsider(one *node) {
	if len(g.knots) == 0 {
		return
	}
	g.dependents(one, func(dependent *node) {
		if k := g.knots[dependent]; k != nil {
			g.untie(k)
		}
	})
	if k := g.knots[one]; k != nil {
		g.untie(k)
	}
}

func (g *Graph) untie(k *knot) {
	for _, one := range k.members {
		delete(g.knots, one)
		g.suspect(one)
	}
}

func (g *Graph) suspect(one *node) {
	if !one.doubted {
		one.doubted = true
		g.doubtful = append(g.doubtful, one)
	}
}

// awaited returns the nodes, by id and with repetitions, for which a node waits
// and that wait themselves.
func (g *Graph) awaited(one *node) (ids []int) {
	for _, e := range one.names {
		if g.all[e.node].waiting() {
			ids = append(ids, int(e.node))
		}
	}
	for _, in := range one.sets {
		for _, member := range in.set.members {
			if member != one && member.waiting() && !(in.before && member.object.Created.After(one.object.Created)) {
				ids = append(ids, int(member.id))
			}
		}
	}
	return ids
}
