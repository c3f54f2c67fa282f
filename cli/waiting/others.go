package waiting

import (
	"slices"
	"time"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Kinds tells of the kinds of objects that are no Jobs, and since when it is known whether an
// object exists.
type Kinds interface {
	gate.Kinds
	ListedAt(ref lang.Ref) time.Time
}

// Others returns the objects and sets of other kinds than Jobs that the expression names, and
// who names them.
func (v *Evaluator) Others() (by lang.Ref, refs []lang.Ref) {
	for _, edge := range v.expr.Edges() {
		if ref := edge.Ref.Resolve(v.self); ref.Kind != lang.KindJob && ref.Kind != "" && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return v.self, refs
}

// Asking reports whether it is still asked how some object of another kind stands.
func (v *Evaluator) Asking() bool {
	_, refs := v.Others()
	return v.kinds != nil && slices.ContainsFunc(refs, func(ref lang.Ref) bool {
		problem := v.kinds.Problem(ref)
		return problem != nil && problem.Code == lang.ProblemUnasked
	})
}

// Put takes in an object of another kind.
func (v *Evaluator) Put(ref lang.Ref, o *lang.Object, labels map[string]string, now time.Time) {
	old := v.graph.Object(ref)
	same := old != nil && old.UID == o.UID
	if o.Ready { // no status says since when
		if o.ReadyAt = now; same && old.Ready {
			o.ReadyAt = old.ReadyAt
		}
	}
	if o.Outcome != lang.Undecided && o.Finished.IsZero() { // it does not say when
		if o.Finished = now; same && old.Outcome == o.Outcome {
			o.Finished = old.Finished
		}
	}
	delete(v.went, ref)
	v.graph.Set(ref, depgraph.Node{Object: o, Labels: labels})
}

// Drop takes in that an object of another kind is gone.
func (v *Evaluator) Drop(ref lang.Ref, now time.Time) {
	v.went[ref] = now
	v.graph.Remove(ref)
}

// absentSince returns since when an object is known to be absent.
func (v *Evaluator) absentSince(ref lang.Ref) time.Time {
	since := v.went[ref]
	if v.kinds != nil && ref.Kind != lang.KindJob && v.kinds.ListedAt(ref).After(since) {
		since = v.kinds.ListedAt(ref)
	}
	return since
}
