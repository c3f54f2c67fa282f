package depgraph

import (
	"slices"

	"depctl.dev/lang"
)

// deadlocks is what the graph knows of Jobs that wait for one another, and what it must
// still find out.
type deadlocks struct {
	// sccs has every node that waits for itself through others that wait,
	// whether it is stuck or not, as Settle last found them.
	sccs map[*node]*scc
	// stuck has, for each node that was stuck when it was last judged, the deadlock
	// that it is in.
	stuck map[*node]report
	// doubtful are the nodes that may be on a cycle which Settle has not seen, outdated
	// the sccs in which something changed, and touched the sets of which that is to be
	// found out: something about a member changed.
	doubtful []*node
	outdated []*scc
	touched  []*set
	judging
}

// scc is a strongly connected component of the nodes that wait. outdated says that it
// is in the graph's list of those.
type scc struct {
	members  []*node
	outdated bool
}

// deadlock is what is reported of all that are stuck in it. It is over once something
// about one of those on its cycle changed: then nothing is reported before all are
// judged again.
type deadlock struct {
	cycle []lang.Ref
	over  bool
}

// report is the deadlock that one node is in; onCycle says that it is on its cycle.
type report struct {
	*deadlock
	onCycle bool
}

func (d *deadlock) told() []lang.Ref {
	if d == nil || d.over {
		return nil
	}
	return d.cycle
}

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
	for g.unsettled() {
		g.judgeAll()
	}
	return g.takeTold()
}

// SettleFor is Settle in slices: it returns after about the given number of steps, and
// reports whether anything is left. Set and Remove may be called before SettleFor
// continues. What they change is judged once more, so the result is that of Settle.
//
// A step is one edge that is looked at; a single object with its expression is never
// divided.
func (g *Graph) SettleFor(steps int) (affected []lang.Ref, left bool) {
	g.judgeFor(steps)
	return g.takeTold(), g.unsettled()
}

// Stuck returns the objects that were stuck when they were last judged, sorted.
func (g *Graph) Stuck() []lang.Ref {
	if len(g.stuck) == 0 {
		return nil
	}
	list := make([]lang.Ref, 0, len(g.stuck))
	for one, in := range g.stuck {
		if in.told() != nil && one.waiting() {
			list = append(list, one.ref())
		}
	}
	slices.SortFunc(list, lang.Ref.Compare)
	return list
}

// Cycle returns the shortest cycle of the deadlock in which an object was stuck
// when it was last judged, nil if it was not. Each object in it waits for the
// next and the last one for the first, which is the smallest. In a deadlock of
// several cycles the object itself need not be in the shortest. Where very many are in
// one deadlock, it may be another cycle that is short.
//
// It never returns a cycle about which anything has changed since: that is nil until
// it is judged again.
func (g *Graph) Cycle(ref lang.Ref) []lang.Ref {
	if one := g.lookup(ref); one != nil && one.waiting() {
		return g.stuck[one].told()
	}
	return nil
}

// waiting reports whether a node cannot go on before its expression is true.
func (n *node) waiting() bool {
	return n.waits && n.expr != nil && n.object != nil && n.object.Outcome == lang.Undecided
}

// isAwaited reports whether anybody waits for a node. Otherwise, no cycle goes
// through it.
func (g *Graph) isAwaited(one *node) bool {
	// There is no set for which nobody waits.
	return len(one.dependents) > 0 || len(one.in) > 0
}

// doubt notes that edges or the way of waiting of a node changed. A new cycle
// can only go through such a node, and it is doubted; a cycle that went through
// it no longer exists, or is not the same.
func (g *Graph) doubt(one *node) {
	in, stuck := g.stuck[one]
	if stuck && !in.onCycle {
		// What it waits for is not known; what the others wait for is.
		g.stuck[one] = report{deadlock: &deadlock{over: true}}
	}
	g.retract(one)
	k := g.sccs[one]
	if k != nil {
		g.outdate(k)
	}
	if k != nil || stuck || one.waiting() {
		g.suspect(one)
	}
}

// retract takes back the cycle on which a node is that changed.
func (g *Graph) retract(one *node) {
	if in := g.stuck[one]; in.onCycle {
		in.over = true
	}
}

// reconsider notes that the object of a node changed: what that decides may
// free or bind those in sccs that wait for it.
func (g *Graph) reconsider(one *node) {
	if len(g.sccs) == 0 {
		return
	}
	for _, e := range one.dependents {
		if k := g.sccs[g.all[e.node]]; k != nil {
			g.outdate(k)
		}
	}
	for _, s := range one.in {
		if !s.touched {
			s.touched = true
			g.touched = append(g.touched, s)
		}
	}
	if k := g.sccs[one]; k != nil {
		g.outdate(k)
	}
}

func (g *Graph) outdate(k *scc) {
	if !k.outdated {
		k.outdated = true
		g.outdated = append(g.outdated, k)
	}
}

func (g *Graph) suspect(one *node) {
	if !one.doubted {
		one.doubted = true
		g.doubtful = append(g.doubtful, one)
	}
}

// awaited returns the waiting nodes for which a node waits, with repetitions.
func (g *Graph) awaited(one *node) (nodes []*node) {
	if !one.waiting() {
		return nil
	}
	for _, e := range one.names {
		if to := g.all[e.node]; to.waiting() {
			nodes = append(nodes, to)
		}
	}
	for _, in := range one.sets {
		for _, member := range in.set.members {
			if member != one && member.waiting() && !(in.before && member.object.Created.After(one.object.Created)) {
				nodes = append(nodes, member)
			}
		}
	}
	return nodes
}
