package depgraph

import (
	"slices"
	"strings"

	"depctl.dev/lang"
)

// set is a glob or a selector that expressions name, shared by all who name it.
type set struct {
	space   *space
	text    string
	matcher lang.Matcher
	// members are the objects that exist and match, sorted by name, and list is the same
	// for those who ask.
	members []*node
	list    []lang.Member
	// dependents are all who name it, and of those always the ones whom every change
	// of a member affects.
	dependents, always map[*node]struct{}
	// counts are those of the statuses that somebody asks for; see gauge.go.
	counts map[lang.Status]*counts
	// seen is the number that the last search gave it.
	seen uint64
	// touched says that it is in the graph's list of those.
	touched bool
	// by is where its members are counted.
	by *Usage
}

// inSet is a set that an expression names. before says that it asks nowhere for
// members that are younger than the object itself.
type inSet struct {
	set    *set
	before bool
}

// join makes a node a dependent of the set that ref names. A new set is filled
// from the objects of its namespace.
func (g *Graph) join(one *node, ref lang.Ref, before bool) {
	in := g.space(ref)
	s, ok := in.sets[ref.Name]
	if !ok {
		s = &set{
			space: in, text: ref.Name, matcher: lang.NewMatcher(ref),
			dependents: map[*node]struct{}{}, always: map[*node]struct{}{}, counts: map[lang.Status]*counts{},
		}
		in.sets[ref.Name] = s
		for _, one := range in.nodes {
			if s.has(one) {
				s.members = append(s.members, one)
				one.in = append(one.in, s)
			}
		}
		slices.SortFunc(s.members, byName)
		s.list = make([]lang.Member, len(s.members))
		for i, member := range s.members {
			s.list[i] = lang.Member{Name: member.name, Object: member.object}
		}
		g.chargeSet(s, g.usageOf(one.space.namespace))
		g.unrank(s.members...)
	}
	if _, named := s.dependents[one]; !named {
		s.dependents[one] = struct{}{}
		one.sets = append(one.sets, inSet{s, before})
		return
	}
	for i := range one.sets {
		if one.sets[i].set == s {
			one.sets[i].before = one.sets[i].before && before
		}
	}
}

// leave removes a node from the dependents of a set. The set is removed with the last.
func (g *Graph) leave(one *node, s *set) {
	delete(s.always, one)
	delete(s.dependents, one)
	for another := range s.dependents {
		if s.by == g.usage[one.space.namespace] {
			g.chargeSet(s, g.usageOf(another.space.namespace))
		}
		return
	}
	g.chargeSet(s, nil)
	for _, member := range s.members {
		member.in = without(member.in, s)
	}
	delete(s.space.sets, s.text)
	g.clear(s.space)
}

// without returns a list without a set, in another order.
func without(list []*set, s *set) []*set {
	last := len(list) - 1
	list[slices.Index(list, s)] = list[last]
	if list[last] = nil; last == 0 {
		return nil
	}
	return list[:last]
}

// setDependents visits those that wait for a node by a set.
func (g *Graph) setDependents(one *node, visit func(*node)) {
	for _, s := range one.in {
		for dependent := range s.dependents {
			if dependent != one {
				visit(dependent)
			}
		}
	}
}

// sort adds a node to the sets that it is now in, removes it from the others, and
// returns both. Those that it has joined are the last of one.in.
func (g *Graph) sort(one *node) (joined, left []*set) {
	g.clock++
	for i := 0; i < len(one.in); {
		s := one.in[i]
		if s.has(one) {
			s.seen = g.clock
			i++
			continue
		}
		at, _ := s.find(one)
		s.by.Members--
		s.members = slices.Delete(s.members, at, at+1)
		s.list = slices.Delete(s.list, at, at+1)
		one.in = without(one.in, s)
		left = append(left, s)
	}
	for _, s := range one.space.sets {
		if s.seen == g.clock || !s.has(one) {
			continue
		}
		at, _ := s.find(one)
		s.by.Members++
		s.members = slices.Insert(s.members, at, one)
		s.list = slices.Insert(s.list, at, lang.Member{Name: one.name, Object: one.object})
		joined = append(joined, s)
	}
	one.in = append(one.in, joined...)
	return joined, left
}

// has reports whether a node exists and matches.
func (s *set) has(one *node) bool {
	return one.object != nil && s.matcher.Match(one.name, one.labels)
}

// find returns where a node is among the members, or would be.
func (s *set) find(one *node) (int, bool) {
	return slices.BinarySearchFunc(s.members, one, byName)
}

// byName orders the nodes of one space.
func byName(a, b *node) int { return strings.Compare(a.name, b.name) }

// Members returns the objects that are now in the set that ref names, sorted by
// name, whether an expression in the graph names that set or not. self is left
// out: a set never contains the Job that names it. The list is the graph's own: it must
// not be changed, and is good until the next Set or Remove.
func (g *Graph) Members(ref, self lang.Ref) []lang.Member {
	in := g.spaces[keyOf(ref)]
	if in == nil {
		return nil
	}
	own := g.lookup(self)
	if s, ok := in.sets[ref.Name]; ok {
		if own != nil && slices.Contains(own.in, s) {
			at, _ := s.find(own)
			return slices.Concat(s.list[:at], s.list[at+1:])
		}
		return slices.Clip(s.list)
	}
	var list []lang.Member
	matcher := lang.NewMatcher(ref)
	for name, one := range in.nodes {
		if one.object != nil && one != own && matcher.Match(name, one.labels) {
			list = append(list, lang.Member{Name: name, Object: one.object})
		}
	}
	slices.SortFunc(list, func(a, b lang.Member) int { return strings.Compare(a.Name, b.Name) })
	return list
}
