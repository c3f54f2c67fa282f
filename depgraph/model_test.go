package depgraph

import (
	"maps"
	"slices"
	"time"

	"depctl.dev/lang"
)

// naive is the graph as a list of what each object names, searched every time.
type naive map[lang.Ref]Node

// names reports whether an expression names an object.
func (m naive) names(dependent, ref lang.Ref) bool {
	if m[dependent].Expr == nil {
		return false
	}
	return slices.ContainsFunc(m[dependent].Expr.Edges(), func(e lang.Edge) bool {
		named := e.Ref.Resolve(dependent)
		return named == ref || ref != dependent && m.has(named, ref)
	})
}

// has reports whether an object is in a set.
func (m naive) has(set, ref lang.Ref) bool {
	one, exists := m[ref]
	return exists && set.IsSet() && set.Namespace == ref.Namespace && set.Run == ref.Run && lang.NewMatcher(set).Match(ref.Name, one.Labels)
}

func (m naive) dependents(ref lang.Ref) (refs []lang.Ref) {
	for dependent := range m {
		if m.names(dependent, ref) {
			refs = append(refs, dependent)
		}
	}
	slices.SortFunc(refs, lang.Ref.Compare)
	return refs
}

func (m naive) refs() []lang.Ref {
	refs := slices.Collect(maps.Keys(m))
	for ref, one := range m {
		if one.Expr == nil {
			continue
		}
		for _, e := range one.Expr.Edges() {
			if !e.Ref.IsSet() {
				refs = append(refs, e.Ref.Resolve(ref))
			}
		}
	}
	slices.SortFunc(refs, lang.Ref.Compare)
	return slices.Compact(refs)
}

// seenBy is the model as one of its objects sees it.
type seenBy struct {
	naive
	self lang.Ref
}

func (m seenBy) Object(ref lang.Ref) *lang.Object { return m.naive[ref].Object }

func (seenBy) AbsentSince(lang.Ref) time.Time { return time.Time{} }

func (m seenBy) Members(set lang.Ref) (list []lang.Member, _ *lang.Problem) {
	for ref, one := range m.naive {
		if ref != m.self && m.has(set, ref) {
			list = append(list, lang.Member{Name: ref.Name, Object: one.Object})
		}
	}
	slices.SortFunc(list, func(a, b lang.Member) int { return lang.Job("", a.Name).Compare(lang.Job("", b.Name)) })
	return list, nil
}

// verdict is what an expression says as it is, and where success is read as an
// end of any kind.
type verdict struct{ strict, relaxed lang.Value }

func (m naive) verdict(ref lang.Ref) verdict {
	e := m[ref].Expr
	if e == nil {
		return verdict{}
	}
	w, s, now := seenBy{m, ref}, &lang.Subject{Ref: ref, Object: m[ref].Object}, time.Unix(1<<40, 0)
	return verdict{e.Eval(w, s, now).Value, e.Relaxed().Eval(w, s, now).Value}
}

func (m naive) verdicts() map[lang.Ref]verdict {
	all := map[lang.Ref]verdict{}
	for ref := range m {
		all[ref] = m.verdict(ref)
	}
	return all
}

// rebuilt is the graph that the model makes in one go.
func (m naive) rebuilt() *Graph {
	g := New()
	for ref, one := range m {
		g.Set(ref, one)
	}
	g.Settle()
	return g
}
