package depgraph

import (
	"slices"
	"time"

	"depctl.dev/lang"
)

// ranks are the longest ways that are left to go, each from the start of one object.
// They are known where somebody has asked since the last change.
//
// Invariant: where the rank of an object that has not ended is known, so are those of all
// who wait for it, and of the sets that it is in. So a change has to be told only to
// prerequisites, and no further than to the first one that is not known: a chain that is
// applied in order costs O(1) for each Job.
type ranks struct {
	length func(lang.Ref) time.Duration
	// nodes has a rank at each node's id, and unranked where it is not known.
	nodes []time.Duration
	// sets has the highest rank of those who name a set. It is unranked where only members
	// that name the set themselves have asked for it.
	sets map[*set]time.Duration
}

// The ranks that are none: not known, and looked for at this moment.
const (
	unranked time.Duration = -1 - iota
	seeking
)

// KeepRanks makes Rank usable, with how long each object takes. What length says of an
// object may change only with a call of Unrank.
func (g *Graph) KeepRanks(length func(lang.Ref) time.Duration) {
	g.ranks = &ranks{length: length, sets: map[*set]time.Duration{}}
}

// Rank returns how long it takes at least, from the start of an object on, until it and
// all who wait for it have run: the longest path of lengths. Every prerequisite of an
// expression counts, those of "or" and of counts too, as if it came last. What has ended
// counts nothing, and has rank 0. Of a cycle, the edge that was found last counts nothing.
// KeepRanks must have been called.
func (g *Graph) Rank(ref lang.Ref) time.Duration {
	one := g.lookup(ref)
	if one == nil {
		return 0
	}
	if is := g.ranks.of(one); is != unranked {
		return is
	}
	g.rank(one)
	return g.ranks.of(one)
}

// Unrank says that the length of an object may have changed.
func (g *Graph) Unrank(ref lang.Ref) {
	if one := g.lookup(ref); one != nil {
		g.unrank(one)
	}
}

func (r *ranks) of(one *node) time.Duration {
	if int(one.id) >= len(r.nodes) {
		return unranked
	}
	return r.nodes[one.id]
}

func (r *ranks) set(one *node, is time.Duration) {
	for int(one.id) >= len(r.nodes) {
		r.nodes = append(r.nodes, unranked)
	}
	r.nodes[one.id] = is
}

func (r *ranks) ofSet(s *set) time.Duration {
	if is, known := r.sets[s]; known {
		return is
	}
	return unranked
}

// ended reports whether an object exists and has ended.
func ended(o *lang.Object) bool { return o != nil && o.Outcome != lang.Undecided }

// ranked is a node or a set whose rank is looked for.
type ranked struct {
	node *node
	set  *set
	// open says that those behind it have been looked for.
	open bool
}

// rank finds the rank of a node and of all behind it. It keeps a stack of its own: a chain
// may be a million long.
func (g *Graph) rank(one *node) {
	r := g.ranks
	todo := []ranked{{node: one}}
	for len(todo) > 0 {
		last := len(todo) - 1
		at := todo[last]
		switch is := at.rank(r); {
		case is == unranked && at.node != nil && ended(at.node.object):
			r.set(at.node, 0)
			todo = todo[:last]
		case is == unranked: // seen for the first time
			todo[last].open = true
			if at.node != nil {
				r.set(at.node, seeking)
			} else {
				r.sets[at.set] = seeking
			}
			at.behind(g, func(next ranked) {
				if next.rank(r) == unranked {
					todo = append(todo, next)
				}
			})
		case at.open: // all behind it are known
			longest := time.Duration(0)
			at.behind(g, func(next ranked) { longest = max(longest, next.rank(r)) })
			if at.node != nil {
				r.set(at.node, longest+r.length(at.node.ref()))
			} else {
				r.sets[at.set] = longest
			}
			todo = todo[:last]
		default: // found on another way meanwhile
			todo = todo[:last]
		}
	}
}

func (at ranked) rank(r *ranks) time.Duration {
	if at.node != nil {
		return r.of(at.node)
	}
	return r.ofSet(at.set)
}

// behind visits what comes directly after a node or a set. A set never contains the Job
// that names it, so for such a Job only the others who name the set count.
func (at ranked) behind(g *Graph, visit func(ranked)) {
	if at.set != nil {
		for dependent := range at.set.dependents {
			visit(ranked{node: dependent})
		}
		return
	}
	for _, e := range at.node.dependents {
		visit(ranked{node: g.all[e.node]})
	}
	for _, s := range at.node.in {
		if _, own := s.dependents[at.node]; !own {
			visit(ranked{set: s})
			continue
		}
		if _, known := g.ranks.sets[s]; !known {
			g.ranks.sets[s] = unranked
		}
		for dependent := range s.dependents {
			if dependent != at.node {
				visit(ranked{node: dependent})
			}
		}
	}
}

// unrank forgets the ranks of nodes, and those of all before them.
func (g *Graph) unrank(nodes ...*node) {
	if g.ranks == nil {
		return
	}
	for todo := slices.Clone(nodes); len(todo) > 0; {
		one := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if g.ranks.of(one) == unranked {
			continue
		}
		g.ranks.set(one, unranked)
		todo = g.before(one, todo)
	}
}

// unrankBefore forgets the ranks of all that a node waits for.
func (g *Graph) unrankBefore(one *node) {
	if g.ranks != nil {
		g.unrank(g.before(one, nil)...)
	}
}

// before adds those that come directly before a node to a list. It forgets the ranks of sets.
func (g *Graph) before(one *node, list []*node) []*node {
	for _, e := range one.names {
		list = append(list, g.all[e.node])
	}
	for _, in := range one.sets {
		if _, known := g.ranks.sets[in.set]; known {
			delete(g.ranks.sets, in.set)
			list = append(list, in.set.members...)
		}
	}
	return list
}
