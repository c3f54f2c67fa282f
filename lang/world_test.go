package lang

import (
	"cmp"
	"slices"
	"time"
)

// world is a World of objects put into it, with the scheduled times of CronJobs, whose
// object is nil while their Job is still to come. The annotated Job is called "me", and its
// period is the year 2026.
type world map[Ref]*Object

func (w world) put(ref Ref, o *Object) { w[ref] = o }

func (w world) Object(ref Ref) *Object { return w[ref] }

func (w world) AbsentSince(Ref) time.Time { return time.Time{} }

func (w world) Members(set Ref) ([]Member, *Problem) {
	var list []Member
	m := NewMatcher(set)
	if set.Kind == KindCronJob {
		return w.times(set), nil
	}
	for ref, o := range w {
		if ref.Name != "me" && o != nil && ref.Kind == set.Kind && ref.Namespace == set.Namespace && ref.Run == set.Run && m.Match(ref.Name, nil) {
			list = append(list, Member{Name: ref.Name, Object: o})
		}
	}
	slices.SortFunc(list, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// times returns the runs of a CronJob that set means.
func (w world) times(set Ref) []Member {
	var own, before []Member
	for ref, o := range w {
		if ref.Kind != KindCronJob || ref.Namespace != set.Namespace || ref.Name != set.Name || ref.Run == "" {
			continue
		}
		if m := (Member{Name: ref.Run, Object: o}); ref.Run >= "2026" {
			own = append(own, m)
		} else {
			before = append(before, m)
		}
	}
	slices.SortFunc(own, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(before, func(a, b Member) int { return cmp.Compare(b.Name, a.Name) })
	switch set.Run {
	case "":
		return own
	case "-1":
		return before[:min(1, len(before))]
	default:
		return nil
	}
}

// step returns the reference to a step of a run.
func step(run, name string) Ref {
	ref := Job("ns", name)
	ref.Run = run
	return ref
}

// nightly returns the reference to the run of a CronJob.
func nightly(namespace, name, at string) Ref {
	return Ref{Kind: KindCronJob, Namespace: namespace, Name: name, Run: at}
}
