package depgraph

import (
	"iter"
	"slices"

	"depctl.dev/lang"
)

// What is in this file judges in slices, between which the graph may change. A
// judgement takes what is doubtful, searches for the sccs upstream of it, and judges
// each. It reads the graph as it is at each moment, so what it finds may be of no one
// moment. What makes it right in the end is one rule:
//
//	Whatever changes while it goes on is doubtful for the next judgement: a node whose
//	edges or way of waiting changed, and every scc that has such a node or waits for an
//	object that changed.
//
// A component in which no node changed is found as it is. One that was found wrongly has
// a node that did, and is outdated from the start. So as soon as nothing changes any more,
// one more judgement is right for all that the last was not; and while things change all
// the time, each judgement still ends, for it visits each node once.

// judging is the judgement that is under way.
type judging struct {
	// left is how many steps this slice has; pause ends it, nil while none is to end.
	left  int
	pause func()
	// resume goes on with the next slice, and returns false at the end. It is nil while
	// no judgement is under way.
	resume func() (struct{}, bool)
	// visits is the last number that a search wrote into a node.
	visits uint64
	// told are those of whom something else was reported since it was last told, with the
	// cycle that was reported before. A slice that ends one judgement and begins the next may
	// report something and take it back.
	told map[*node]told
	// compared are the last two deadlocks that were compared, for all that are in both,
	// and equal is what came of it.
	compared [2]*deadlock
	equal    bool
}

// told is what was reported of a node when it was last told. over says that it was taken back
// since, so that it is told in any case.
type told struct {
	cycle []lang.Ref
	over  bool
}

// unsettled reports whether anything is left to be judged.
func (g *Graph) unsettled() bool {
	return g.resume != nil || len(g.doubtful)+len(g.outdated)+len(g.touched) > 0
}

func (g *Graph) takeTold() []lang.Ref {
	var list []*node
	for one, before := range g.told {
		if before.over || !slices.Equal(before.cycle, g.stuck[one].told()) {
			list = append(list, one)
		}
	}
	g.told = nil
	if list == nil {
		return nil
	}
	return sorted(list)
}

// judgeAll ends the judgement that is under way, or makes one.
func (g *Graph) judgeAll() {
	if g.resume == nil {
		g.judgement()
		return
	}
	for g.resume != nil {
		g.judgeFor(1 << 30)
	}
}

// judgeFor goes on for some steps with the judgement that is under way, or with a new
// one if anything is doubtful.
func (g *Graph) judgeFor(steps int) {
	if !g.unsettled() {
		return
	}
	g.left = steps
	if g.resume == nil {
		g.resume, _ = iter.Pull(func(yield func(struct{}) bool) {
			g.pause = func() { yield(struct{}{}) }
			g.judgement()
		})
	}
	if _, more := g.resume(); !more {
		g.resume, g.pause = nil, nil
	}
}

// step notes that so much was done, and ends the slice if that was the last of it.
// Whoever calls it may find another graph afterwards.
func (g *Graph) step(n int) {
	if g.left -= n; g.left <= 0 && g.pause != nil {
		g.pause()
	}
}

// judgement judges all that is doubtful.
func (g *Graph) judgement() {
	doubtful := g.takeDoubtful()
	search := components[*node]{
		next: func(one *node) []*node {
			list := g.awaited(one)
			g.step(1 + one.size())
			return list
		},
		number: func(one *node) *uint64 { return &one.visited },
		first:  g.visits + 1, last: g.visits + 1,
	}
	for _, one := range doubtful {
		g.step(1)
		if one.waiting() && g.isAwaited(one) {
			search.from(one)
		}
	}
	g.visits = search.last
	for _, members := range search.found {
		k := &scc{members: members}
		for _, one := range members {
			g.sccs[one] = k
			g.step(1)
		}
		if slices.ContainsFunc(members, func(one *node) bool { return one.doubted || !one.waiting() }) {
			g.outdate(k)
		}
		g.judge(k)
	}
	for _, one := range doubtful {
		g.step(1)
		if g.sccs[one] == nil {
			g.report(one, report{})
		}
	}
}

// takeDoubtful returns the nodes from which to search.
func (g *Graph) takeDoubtful() []*node {
	doubtful, touched := g.doubtful, g.touched
	g.doubtful, g.touched = nil, nil
	for _, one := range doubtful {
		one.doubted = false
	}
	for _, s := range touched {
		s.touched = false
		for dependent := range s.dependents {
			if k := g.sccs[dependent]; k != nil {
				g.outdate(k)
			}
		}
	}
	outdated := g.outdated
	g.outdated = nil
	for _, k := range outdated {
		k.outdated = false
		for _, one := range k.members {
			if g.sccs[one] == k {
				delete(g.sccs, one)
			}
			doubtful = append(doubtful, one)
			g.step(1)
		}
	}
	return doubtful
}

// report notes which deadlock a node is in, if any, and whether that is news.
func (g *Graph) report(one *node, now report) {
	was, known := g.stuck[one]
	before := told{was.told(), known && was.over}
	switch {
	case now.deadlock != nil:
		g.stuck[one] = now
	case known:
		delete(g.stuck, one)
	default:
		return
	}
	if !before.over && g.same(was.deadlock, now.deadlock) {
		return
	}
	if g.told == nil {
		g.told = map[*node]told{}
	}
	if first, already := g.told[one]; already {
		before = told{first.cycle, first.over || before.over}
	}
	g.told[one] = before
}

// same reports whether two deadlocks are told in the same words.
func (g *Graph) same(was, now *deadlock) bool {
	if pair := [2]*deadlock{was, now}; g.compared != pair {
		g.compared, g.equal = pair, slices.Equal(was.told(), now.told())
	}
	return g.equal
}
