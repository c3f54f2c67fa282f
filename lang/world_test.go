package lang

import (
	"cmp"
	"slices"
	"time"
)

// world is a World of objects put into it.
type world map[Ref]*Object

func (w world) put(ref Ref, o *Object) { w[ref] = o }

func (w world) Object(ref Ref) *Object { return w[ref] }

func (w world) AbsentSince(Ref) time.Time { return time.Time{} }

func (w world) Members(set Ref) ([]Member, *Problem) {
	var list []Member
	m := NewMatcher(set)
	for ref, o := range w {
		if ref.Kind == set.Kind && ref.Namespace == set.Namespace && ref.Run == set.Run && m.Match(ref.Name, nil) {
			list = append(list, Member{Name: ref.Name, Object: o})
		}
	}
	slices.SortFunc(list, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}
