package depgraph

import (
	"slices"
	"time"

	"depctl.dev/lang"
)

// judgement finds out which nodes of an scc are stuck.
type judgement struct {
	g       *Graph
	members []*node
	// objects are those of the members when it began.
	objects []*lang.Object
	place   map[*node]int
	// fates are what becomes of the members, seen from outside of the scc.
	fates []lang.Fate
}

// judge notes the shortest cycle for each node of an scc that is stuck.
func (g *Graph) judge(k *scc) {
	j := g.foresee(k)
	waits := j.inVain()
	found := make([]*deadlock, len(j.members))
	search := newShortest(waits, g.step)
	var cycles [][]int
	for _, members := range componentsOf(waits, g.step) {
		d := &deadlock{}
		cycles = append(cycles, search.shortest(members))
		for _, i := range members {
			found[i] = d
		}
	}
	for _, cycle := range cycles {
		g.tie(j, found[cycle[0]], cycle)
		g.step(len(cycle))
	}
	for i, one := range j.members {
		switch {
		case g.stuck[one].deadlock == found[i] && found[i] != nil: // it is on the cycle
		case found[i] == nil, found[i].over, j.changed(i):
			g.report(one, report{})
		default:
			g.report(one, report{deadlock: found[i]})
		}
		g.step(1)
	}
}

// tie reports a deadlock to those on its cycle, unless one of them is not any more what
// was judged. From then on, retract takes it back as soon as one changes.
func (g *Graph) tie(j *judgement, d *deadlock, cycle []int) {
	for _, i := range cycle {
		d.cycle = append(d.cycle, j.members[i].ref())
		d.over = d.over || j.changed(i)
	}
	if d.over {
		return
	}
	for _, i := range cycle {
		g.report(j.members[i], report{d, true})
	}
}

// changed reports whether a member is not what was judged.
func (j *judgement) changed(i int) bool {
	one := j.members[i]
	return one.doubted || one.object != j.objects[i] || !one.waiting()
}

// foresee frees the members that may go on although all the others are frozen, then
// those that may go on because of these, and so on. Those that are frozen in the end
// stay as they are, whatever happens outside.
func (g *Graph) foresee(k *scc) *judgement {
	slices.SortFunc(k.members, func(a, b *node) int {
		g.step(1)
		return byRef(a, b)
	})
	n := len(k.members)
	j := &judgement{g: g, members: k.members, objects: make([]*lang.Object, n), place: make(map[*node]int, n), fates: make([]lang.Fate, n)}
	queue, queued := make([]int, n), make([]bool, n)
	for i, one := range k.members {
		j.place[one], j.objects[i], j.fates[i], queue[i], queued[i] = i, one.object, lang.Frozen, i, true
	}
	dependents := make([][]int, n)
	for i, one := range k.members {
		for _, to := range g.awaited(one) {
			if at, ok := j.place[to]; ok {
				dependents[at] = append(dependents[at], i)
			}
		}
		g.step(1 + one.size())
	}
	for len(queue) > 0 {
		i := queue[0]
		queue, queued[i] = queue[1:], false
		fate := j.next(i)
		g.step(j.members[i].size() + 1)
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
	canOpen, canFail := j.satisfiable(one, j.fate)
	switch {
	case canOpen:
		return lang.Free
	case one.ends, one.failsWhenFalse && canFail:
		return lang.OnlySkipped
	default:
		return j.fates[i]
	}
}

// satisfiable reports whether what a node waits for can come true, and whether it can
// become false.
func (j *judgement) satisfiable(one *node, fate func(lang.Ref) lang.Fate) (canOpen, canFail bool) {
	if !one.waiting() {
		return true, true // any more: it will be judged again
	}
	world, subject := view{j.g, one.ref()}, one.subject()
	canOpen, canFail = one.expr.Satisfiable(world, subject, fate)
	if one.relaxes && canFail && !canOpen {
		return one.expr.Relaxed().Satisfiable(world, subject, fate)
	}
	return canOpen, canFail
}

// inVain returns for each member that can never open for whom of the same kind
// it waits in vain. Those that could not open even if all others went on are left
// out: what holds them is no deadlock.
func (j *judgement) inVain() [][]int {
	hopeless := make([]bool, len(j.members))
	for i, one := range j.members {
		if j.fates[i] != lang.Free {
			hopeless[i], _ = j.satisfiable(one, func(lang.Ref) lang.Fate { return lang.Free })
			j.g.step(1 + one.size())
		}
	}
	waits := make([][]int, len(j.members))
	for i, one := range j.members {
		if !hopeless[i] || !one.waiting() {
			continue
		}
		for _, ref := range one.expr.Blockers(view{j.g, one.ref()}, one.subject(), j.fate) {
			if at, ok := j.place[j.g.lookup(ref)]; ok && hopeless[at] {
				waits[i] = append(waits[i], at)
			}
		}
		slices.Sort(waits[i])
		waits[i] = slices.Compact(waits[i])
		j.g.step(1 + one.size())
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

// AbsentSince says nothing: how long something is absent does not matter to whether it may
// still come.
func (v view) AbsentSince(lang.Ref) time.Time { return time.Time{} }

// Members returns the objects of a set, sorted by name, without the one that
// asks. Which times of a CronJob are meant, the graph does not know: any may still come.
func (v view) Members(ref lang.Ref) ([]lang.Member, *lang.Problem) {
	if ref.Kind == lang.KindCronJob {
		return nil, nil
	}
	return v.Graph.Members(ref, v.self), nil
}
