package depgraph

import (
	"iter"
	"slices"

	"depctl.dev/lang"
)

// set is a glob or a selector that expressions name, shared by all who name it.
type set struct {
	space   *space
	text    string
	matcher lang.Matcher
	// members are the objects that exist and match, sorted by name.
	members    []*node
	dependents map[*node]struct{}
	// sums are those of the statuses that somebody asks for; see sum.go.
	sums map[lang.Status]sum
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
		s = &set{space: in, text: ref.Name, matcher: lang.NewMatcher(ref), dependents: map[*node]struct{}{}}
		in.sets[ref.Name] = s
		for _, one := range in.nodes {
			if s.has(one) {
				s.members = append(s.members, one)
			}
		}
		slices.SortFunc(s.members, byRef)
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

// leave takes a node from the dependents of a set, which goes with the last.
func (g *Graph) leave(one *node, s *set) {
	delete(s.dependents, one)
	if len(s.dependents) == 0 {
		delete(s.space.sets, s.text)
		g.clear(s.space)
	}
}

// setDependents visits those that wait for a node by a set.
func (g *Graph) setDependents(one *node, visit func(*node)) {
	for s := range g.setsOf(one) {
		for dependent := range s.dependents {
			if dependent != one {
				visit(dependent)
			}
		}
	}
}

// setsOf yields the sets that a node is in.
func (g *Graph) setsOf(one *node) iter.Seq[*set] {
	return func(yield func(*set) bool) {
		for _, s := range one.space.sets {
			if _, member := s.find(one); member && !yield(s) {
				return
			}
		}
	}
}

// tellSets takes a new object of a node into the sums of the sets that it was in and is
// in, and collects those of their dependents that the change affects.
func (g *Graph) tellSets(one *node, before *lang.Object, was, is []*set, into *found) {
	for _, s := range was {
		s.account(before, -1)
	}
	for _, s := range is {
		s.account(one.object, 1)
	}
	news := problem(before) != problem(one.object) || gone(before, one.object)
	look := func(s *set) {
		for dependent := range s.dependents {
			if dependent != one && (dependent.sums == nil || dependent.resum() || news || dependent.seesOtherwise) {
				into.add(dependent)
			}
		}
	}
	for _, s := range was {
		look(s)
	}
	for _, s := range is {
		if !slices.Contains(was, s) {
			look(s)
		}
	}
}

// has reports whether a node exists and matches.
func (s *set) has(one *node) bool {
	return one.object != nil && s.matcher.Match(one.name, one.labels)
}

// find returns where a node is among the members, or would be.
func (s *set) find(one *node) (int, bool) {
	return slices.BinarySearchFunc(s.members, one, byRef)
}

// sort puts a node into the sets that it is now in, takes it out of the others,
// and returns whether anything changed.
func (g *Graph) sort(one *node) (moved bool) {
	for _, s := range one.space.sets {
		at, member := s.find(one)
		switch has := s.has(one); {
		case has && !member:
			s.members = slices.Insert(s.members, at, one)
			moved = true
		case !has && member:
			s.members = slices.Delete(s.members, at, at+1)
			moved = true
		}
	}
	return moved
}

// Members returns the objects that are now in the set that ref names, sorted by
// name, whether an expression in the graph names that set or not. self is left
// out: a set never contains the Job that names it.
func (g *Graph) Members(ref, self lang.Ref) []lang.Member {
	in := g.spaces[key{ref.Kind, ref.Namespace}]
	if in == nil {
		return nil
	}
	var list []lang.Member
	own := g.lookup(self)
	if s, ok := in.sets[ref.Name]; ok {
		list = make([]lang.Member, 0, len(s.members))
		for _, one := range s.members {
			if one != own {
				list = append(list, lang.Member{Name: one.name, Object: one.object})
			}
		}
		return list
	}
	matcher := lang.NewMatcher(ref)
	for name, one := range in.nodes {
		if one.object != nil && one != own && matcher.Match(name, one.labels) {
			list = append(list, lang.Member{Name: name, Object: one.object})
		}
	}
	slices.SortFunc(list, func(a, b lang.Member) int {
		return lang.Ref{Name: a.Name}.Compare(lang.Ref{Name: b.Name})
	})
	return list
}
