package depgraph

import (
	"slices"

	"depctl.dev/lang"
)

// judgement finds out which nodes of a knot are stuck.
type judgement struct {
	g       *Graph
	members []*node
	place   map[*node]int
	// fates are what becomes of the members, seen from outside of the knot.
	fates []lang.Fate
}

// judge returns the nodes of a knot that are stuck, with the shortest cycle.
func (g *Graph) judge(k *knot) (stuck []*node, cycle []lang.Ref) {
	slices.SortFunc(k.members, byRef)
	j := judgement{g: g, members: k.members, place: make(map[*node]int, len(k.members)), fates: make([]lang.Fate, len(k.members))}
	for i, one := range k.members {
		j.place[one] = i
	}
	j.foresee()
	waits := j.blocked()
	loop := shortestCycle(waits)
	for i, blockers := range waits {
		if len(blockers) > 0 {
			stuck = append(stuck, j.members[i])
		}
	}
	for _, i := range loop {
		cycle = append(cycle, j.members[i].ref())
	}
	return stuck, cycle
}

// foresee frees everybody who may go on although all the others are frozen, then
// those who may go on thanks to them, and so forth. Whoever is frozen in the end
// stays as he is, whatever happens outside.
func (j *judgement) foresee() {
	dependents := make([][]int, len(j.members))
	queue := make([]int, len(j.members))
	queued := make([]bool, len(j.members))
	for i, one := range j.members {
		j.fates[i], queue[i], queued[i] = lang.Frozen, i, true
		for _, to := range j.g.awaited(one) {
			if at, ok := j.place[to]; ok {
				dependents[at] = append(dependents[at], i)
			}
		}
	}
	for len(queue) > 0 {
		i := queue[0]
		queue, queued[i] = queue[1:], false
		fate := j.next(i)
		if fate == j.fates[i] {
			continue
		}
		j.fates[i] = fate
		for _, d := range dependents[i] {
			if !queued[d] && j.fates[d] != lang.Free {
				queued[d] = true
				queue = append(queue, d)
			}
		}
	}
}

// next returns the fate of a member as those of the others are.
func (j *judgement) next(i int) lang.Fate {
	one := j.members[i]
	canOpen, canFail := one.expr.Possible(j.view(one), one.subject(), j.fate)
	switch {
	case canOpen:
		return lang.Free
	case one.ends, one.failsWhenFalse && canFail:
		return lang.OnlySkipped
	default:
		return j.fates[i]
	}
}

// blocked returns for each member whom it waits for in vain, nobody if it is not
// stuck. A member that cannot open even if all others go on is not: what keeps
// it is no deadlock.
func (j *judgement) blocked() [][]int {
	hopeless := make([]bool, len(j.members))
	for i, one := range j.members {
		if j.fates[i] != lang.Free {
			hopeless[i], _ = one.expr.Possible(j.view(one), one.subject(), func(lang.Ref) lang.Fate { return lang.Free })
		}
	}
	waits := make([][]int, len(j.members))
	for i, one := range j.members {
		if !hopeless[i] {
			continue
		}
		for _, ref := range one.expr.Blockers(j.view(one), one.subject(), j.fate) {
			if at, ok := j.place[j.g.lookup(ref)]; ok && hopeless[at] {
				waits[i] = append(waits[i], at)
			}
		}
		slices.Sort(waits[i])
		waits[i] = slices.Compact(waits[i])
	}
	peel(waits)
	return waits
}

func (j *judgement) fate(ref lang.Ref) lang.Fate {
	if at, ok := j.place[j.g.lookup(ref)]; ok {
		return j.fates[at]
	}
	return lang.Free
}

func (n *node) subject() *lang.Subject { return &lang.Subject{Ref: n.ref(), Object: n.object} }

// view is the graph as one of its objects sees it.
type view struct {
	*Graph
	self lang.Ref
}

func (j *judgement) view(one *node) lang.World { return view{j.g, one.ref()} }

// Members returns the objects of a set, sorted by name, without the one that
// asks.
func (v view) Members(ref lang.Ref) ([]lang.Member, *lang.Problem) {
	return v.Graph.Members(ref, v.self), nil
}
