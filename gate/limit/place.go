package limit

import (
	"cmp"
	"maps"
	"slices"
)

// Place is one in line.
type Place[H comparable] struct {
	Who   H
	Needs Needs
	// Possible reports whether the needs fit while nobody else holds a token.
	Possible bool
	// Lacks are the limits of which too little is free, and Reserved those of which there is
	// enough, which is kept for somebody before. Who has neither is the next to start.
	Lacks, Reserved []Name
}

// Line returns who waits, in the order in which tokens come to them if no namespace gets more
// turns than another. Those for whom there is not enough in all come last.
func (p *Pool[H]) Line() []Place[H] {
	possible, never := map[string][]Place[H]{}, map[string][]Place[H]{}
	reserved := map[Name]bool{}
	for _, g := range slices.SortedFunc(maps.Values(p.line.groups), p.line.compare) {
		first := p.placeOf(g.waiting[0], reserved)
		for _, who := range g.waiting {
			one := first
			one.Who = who
			if g.key.needs == others && who != first.Who {
				one = p.behind(who, reserved)
			}
			by := possible
			if !one.Possible {
				by = never
			}
			by[g.key.namespace] = append(by[g.key.namespace], one)
		}
		for _, name := range first.Lacks {
			reserved[name] = reserved[name] || first.Possible
		}
	}
	return append(p.inTurns(possible), p.inTurns(never)...)
}

// placeOf returns what one in line is short of, as Next finds it.
func (p *Pool[H]) placeOf(who H, reserved map[Name]bool) Place[H] {
	needs := p.line.at[who].needs
	one := Place[H]{Who: who, Needs: needs, Possible: p.Possible(needs)}
	for _, need := range needs {
		switch s := p.limits[need.Limit]; {
		case !s.set || need.Tokens > s.free():
			one.Lacks = append(one.Lacks, need.Limit)
		case reserved[need.Limit]:
			one.Reserved = append(one.Reserved, need.Limit)
		}
	}
	return one
}

// behind returns the place of one who is not looked at before another one is gone.
func (p *Pool[H]) behind(who H, reserved map[Name]bool) Place[H] {
	one := p.placeOf(who, reserved)
	if len(one.Lacks)+len(one.Reserved) == 0 {
		for _, need := range one.Needs {
			one.Reserved = append(one.Reserved, need.Limit)
		}
	}
	return one
}

// inTurns has namespaces take turns, as if each got what it waits for.
func (p *Pool[H]) inTurns(waiting map[string][]Place[H]) (all []Place[H]) {
	given := map[string]float64{}
	for namespace, list := range waiting {
		given[namespace] = p.line.turns[namespace].given
		slices.SortFunc(list, func(a, b Place[H]) int {
			switch {
			case p.line.before(a.Who, b.Who):
				return -1
			case p.line.before(b.Who, a.Who):
				return 1
			}
			return 0
		})
	}
	for len(waiting) > 0 {
		next := slices.MinFunc(slices.Collect(maps.Keys(waiting)), func(a, b string) int {
			return cmp.Or(cmp.Compare(given[a], given[b]), cmp.Compare(a, b))
		})
		one := waiting[next][0]
		all, given[next] = append(all, one), given[next]+p.share(one.Needs)
		if waiting[next] = waiting[next][1:]; len(waiting[next]) == 0 {
			delete(waiting, next)
		}
	}
	return all
}
