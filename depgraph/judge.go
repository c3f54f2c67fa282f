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

// judge notes the shortest cycle for each node of a knot that is stuck.
func (g *Graph) judge(k *knot) {
	j := g.foresee(k)
	waits := j.inVain()
	deadlocks := componentsOf(waits)
	search := newShortest(waits)
	for _, members := range deadlocks {
		var cycle []lang.Ref
		for _, i := range search.shortest(members) {
			cycle = append(cycle, j.members[i].ref())
		}
		for _, i := range members {
			g.stuck[j.members[i]] = cycle
		}
	}
}

// foresee frees everybody who may go on although all the others are frozen, then
// those who may go on thanks to them, and so forth. Whoever is frozen in the end
// stays as he is, whatever happens outside.
func (g *Graph) foresee(k *knot) *judgement {
	slices.SortFunc(k.members, byRef)
	n := len(k.members)
	j := &judgement{g: g, members: k.members, place: make(map[*node]int, n), fates: make([]lang.Fate, n)}
	queue, queued := make([]int, n), make([]bool, n)
	for i, one := range k.members {
		j.place[one], j.fates[i], queue[i], queued[i] = i, lang.Frozen, i, true
	}
	dependents := make([][]int, n)
	for i, one := range k.members {
		for _, to := range g.awaited(one) {
			if at, ok := j.place[g.all[to]]; ok {
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
	return j
}

// next returns the fate of a member as those of the others are.
func (j *judgement) next(i int) lang.Fate {
	one := j.members[i]
	canOpen, canFail := j.possible(one, j.fate)
	switch {
	case canOpen:
		return lang.Free
	case one.ends, one.failsWhenFalse && canFail:
		return lang.OnlySkipped
	default:
		return j.fates[i]
	}
}

// possible tells whether what a node waits for can come true, and whether it can
// become false.
func (j *judgement) possible(one *node, fate func(lang.Ref) lang.Fate) (canOpen, canFail bool) {
	world, subject := view{j.g, one.ref()}, one.subject()
	canOpen, canFail = one.expr.Possible(world, subject, fate)
	if one.relaxes && canFail && !canOpen {
		return one.expr.Relaxed().Possible(world, subject, fate)
	}
	return canOpen, canFail
}

// inVain returns for each member that can never open for whom of the same kind
// it waits in vain. Left out are those that could not open if all others went
// on: what keeps them is no deadlock.
func (j *judgement) inVain() [][]int {
	hopeless := make([]bool, len(j.members))
	for i, one := range j.members {
		if j.fates[i] != lang.Free {
			hopeless[i], _ = j.possible(one, func(lang.Ref) lang.Fate { return lang.Free })
		}
	}
	waits := make([][]int, len(j.members))
	for i, one := range j.members {
		if !hopeless[i] {
			continue
		}
		for _, ref := range one.expr.Blockers(view{j.g, one.ref()}, one.subject(), j.fate) {
			if at, ok := j.place[j.g.lookup(ref)]; ok && hopeless[at] {
				waits[i] = append(waits[i], at)
			}
		}
		slices.Sort(waits[i])
		waits[i] = slices.Compact(waits[i])
	}
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

// Members returns the objects of a set, sorted by name, without the one that
// asks.
func (v view) Members(ref lang.Ref) ([]lang.Member, *lang.Problem) {
	return v.Graph.Members(ref, v.self), nil
}
