package snapshot

import (
	"fmt"
	"maps"
	"slices"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// UnreadableNotes says, once for each namespace, what could not be read there.
func UnreadableNotes(w *World) []string {
	refs := slices.SortedFunc(maps.Keys(w.Unread), lang.Ref.Compare)
	var notes []string
	for len(refs) > 0 {
		first, count := refs[0], 1
		for count < len(refs) && refs[count].Namespace == first.Namespace {
			count++
		}
		refs = refs[count:]
		others := ""
		if count > 1 {
			others = fmt.Sprintf(" and %d more in namespace %s", count-1, first.Namespace)
		}
		notes = append(notes, fmt.Sprintf("The state of %s%s is unknown: %s", first, others, w.Unread[first]))
	}
	return notes
}

// Sight is the world as one Job sees it, but for what the user may not read: of that
// nobody here can say that it does not exist.
type Sight struct {
	gate.World
	unreadable map[lang.Ref]string
}

// Object returns what is known of an object, nil if it does not exist.
func (s Sight) Object(ref lang.Ref) *lang.Object {
	o := s.World.Object(ref)
	if why, unreadable := s.unreadable[ref]; unreadable && o == nil {
		return &lang.Object{Problem: Unread(why)}
	}
	return o
}

// Members returns the Jobs of a set.
func (s Sight) Members(ref lang.Ref) ([]lang.Member, *lang.Problem) {
	members, problem := s.World.Members(ref)
	if why, unreadable := s.unreadable[ref]; unreadable && problem == nil {
		return nil, Unread(why)
	}
	return members, problem
}

// Unread is the problem of what the user may not read, and why.
func Unread(why string) *lang.Problem {
	return &lang.Problem{Code: lang.ProblemUnasked, Message: "not known to you: " + why}
}
