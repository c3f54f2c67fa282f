package depgraph

import (
	"slices"

	"depctl.dev/lang"
)

// link makes an expression that of a node, with the edges that it names.
func (g *Graph) link(one *node, expr *lang.Expr) {
	if one.expr == expr {
		return
	}
	g.unlink(one)
	if one.expr = expr; expr == nil {
		return
	}
	for _, edge := range expr.Edges() {
		ref := edge.Ref.Resolve(one.ref.Namespace)
		if ref.IsSet() {
			s := g.set(ref)
			if _, named := s.dependents[one]; !named {
				s.dependents[one] = struct{}{}
				one.sets = append(one.sets, s)
			}
			continue
		}
		prerequisite := g.node(ref)
		if _, named := prerequisite.dependents[one]; !named {
			if prerequisite.dependents == nil {
				prerequisite.dependents = map[*node]struct{}{}
			}
			prerequisite.dependents[one] = struct{}{}
			one.names = append(one.names, prerequisite)
		}
	}
}

// unlink removes the edges that lead to a node.
func (g *Graph) unlink(one *node) {
	for _, prerequisite := range one.names {
		delete(prerequisite.dependents, one)
		if prerequisite != one {
			g.drop(prerequisite)
		}
	}
	for _, s := range one.sets {
		delete(s.dependents, one)
		if len(s.dependents) == 0 {
			delete(g.space(s.ref).sets, s.ref.Name)
			g.clear(s.ref)
		}
	}
	one.expr, one.names, one.sets = nil, nil, nil
}

// dependents collects those that wait for a node, by name or by a set.
func (g *Graph) dependents(one *node, into map[*node]struct{}) {
	for dependent := range one.dependents {
		into[dependent] = struct{}{}
	}
	for _, s := range g.space(one.ref).sets {
		if _, member := s.find(one); member {
			for dependent := range s.dependents {
				if dependent != one {
					into[dependent] = struct{}{}
				}
			}
		}
	}
}

// set is a glob or a selector that expressions name, shared by all who name it.
type set struct {
	ref     lang.Ref
	matcher lang.Matcher
	// members are the objects that exist and match, sorted by name.
	members    []*node
	dependents map[*node]struct{}
}

// set returns the set that ref names. A new one is filled from the objects of
// its namespace.
func (g *Graph) set(ref lang.Ref) *set {
	in := g.space(ref)
	s, ok := in.sets[ref.Name]
	if ok {
		return s
	}
	s = &set{ref: ref, matcher: lang.NewMatcher(ref), dependents: map[*node]struct{}{}}
	in.sets[ref.Name] = s
	for _, one := range in.nodes {
		if s.has(one) {
			s.members = append(s.members, one)
		}
	}
	slices.SortFunc(s.members, byName)
	return s
}

// has reports whether a node exists and matches.
func (s *set) has(one *node) bool {
	return one.object != nil && s.matcher.Match(one.ref.Name, one.labels)
}

// find returns where a node is among the members, or would be.
func (s *set) find(one *node) (int, bool) {
	return slices.BinarySearchFunc(s.members, one, byName)
}

func byName(a, b *node) int { return a.ref.Compare(b.ref) }

// sort puts a node into the sets that it is now in, and takes it out of the
// others.
func (g *Graph) sort(one *node) {
	for _, s := range g.space(one.ref).sets {
		at, member := s.find(one)
		switch has := s.has(one); {
		case has && !member:
			s.members = slices.Insert(s.members, at, one)
		case !has && member:
			s.members = slices.Delete(s.members, at, at+1)
		}
	}
}

// Members returns the objects that are now in the set that ref names, sorted by
// name, whether an expression in the graph names that set or not. self is left
// out: a set never contains the Job that names it.
func (g *Graph) Members(ref, self lang.Ref) []lang.Member {
	in := g.spaces[space{ref.Kind, ref.Namespace}]
	if in == nil {
		return nil
	}
	var list []lang.Member
	if s, ok := in.sets[ref.Name]; ok {
		list = make([]lang.Member, 0, len(s.members))
		for _, one := range s.members {
			if one.ref != self {
				list = append(list, lang.Member{Name: one.ref.Name, Object: one.object})
			}
		}
		return list
	}
	matcher := lang.NewMatcher(ref)
	for name, one := range in.nodes {
		if one.object != nil && one.ref != self && matcher.Match(name, one.labels) {
			list = append(list, lang.Member{Name: name, Object: one.object})
		}
	}
	slices.SortFunc(list, func(a, b lang.Member) int {
		return lang.Ref{Name: a.Name}.Compare(lang.Ref{Name: b.Name})
	})
	return list
}
