package gate

import (
	"slices"
	"strings"
	"time"

	"depctl.dev/depgraph"
	"depctl.dev/lang"
)

// World is a graph as one Job sees it. It is a lang.World: it says so of kinds that
// nobody looks up.
type World struct {
	Graph *depgraph.Graph
	// Kinds tells of the kinds of other objects; nil where only Jobs are looked up.
	Kinds Kinds
	// Self is the Job, which no set of its own contains.
	Self lang.Ref
	// Seen are the outcomes of prerequisites that are gone.
	Seen RecordedOutcomes
	// Access answers what the Job may look at in other namespaces. While
	// it is nil nothing is known there.
	Access Access
	// Job is the Job: the service account of its pods says what it may look at, and its times
	// which runs of a CronJob it means. Schedules has those runs; while it is nil, none are
	// known.
	Job       Job
	Schedules Schedules
	// Absent tells since when an object that does not exist is known to be absent; nil if
	// nobody has watched.
	Absent func(lang.Ref) time.Time
}

// Object returns what is known of an object, nil if it does not exist.
func (w World) Object(ref lang.Ref) *lang.Object {
	if problem := w.problem(ref); problem != nil {
		return &lang.Object{Problem: problem}
	}
	if problem := w.barred(ref); problem != nil {
		return &lang.Object{Problem: problem}
	}
	o := w.Graph.Object(ref.Object())
	gone, seen := w.Seen[ref]
	switch {
	case !seen:
		return w.result(ref, o)
	case gone.Stands(ref, o):
		return w.result(ref, gone.Object)
	case o.UID == gone.Object.UID && o.Result == nil && o.Outcome == lang.Succeeded && gone.Object.Result != nil:
		known := *o
		known.Result = gone.Object.Result
		return w.result(ref, &known)
	case o.UID == gone.Object.UID && o.Exit == nil && o.Outcome == lang.Failed:
		// Its pods may be gone; what was learned from them is not.
		known := *o
		known.Exit = gone.Object.Exit
		return &known
	default:
		return w.result(ref, o)
	}
}

// Members returns the Jobs of a set, sorted by name.
func (w World) Members(ref lang.Ref) ([]lang.Member, *lang.Problem) {
	if problem := w.problem(ref); problem != nil {
		return nil, problem
	}
	if problem := w.barred(ref); problem != nil {
		return nil, problem
	}
	if ref.Kind == lang.KindCronJob {
		return w.resolve(ref)
	}
	members := w.Graph.Members(ref, w.Self) // the graph's own, and sorted
	var gone []lang.Member
	for name := range w.Seen {
		if w.isGoneFrom(name, ref) {
			gone = append(gone, lang.Member{Name: name.Name, Object: w.Seen[name].Object})
		}
	}
	if len(gone) == 0 {
		return w.results(ref, members), nil
	}
	members = append(gone, slices.DeleteFunc(slices.Clone(members), func(m lang.Member) bool {
		return slices.ContainsFunc(gone, func(g lang.Member) bool { return g.Name == m.Name })
	})...)
	slices.SortFunc(members, func(a, b lang.Member) int { return strings.Compare(a.Name, b.Name) })
	return w.results(ref, members), nil
}

// isGoneFrom reports whether a Job that is gone belongs to a set, and nobody has
// taken its name.
func (w World) isGoneFrom(gone, set lang.Ref) bool {
	return gone != w.Self && w.Seen[gone].Stands(gone, w.Graph.Object(gone)) && set.Contains(gone, w.Seen[gone].Labels)
}

// result returns an object without a result that the Job may not learn, and that says so
// where the Job has asked.
func (w World) result(ref lang.Ref, o *lang.Object) *lang.Object {
	if o == nil || o.Outcome != lang.Succeeded || ref.Namespace == w.Self.Namespace {
		return o
	}
	q, answer := podsQuestion(w.Self.Namespace, w.Job.ServiceAccount, ref.Namespace), Unasked
	if w.Access != nil {
		answer = w.Access.Answer(q)
	}
	if answer == Allowed || answer == Unasked && o.Result == nil {
		return o
	}
	known := *o
	if known.Result = nil; answer != Unasked {
		known.Result = &lang.Result{Lost: q.problem(answer).Message}
	}
	return &known
}

func (w World) results(set lang.Ref, members []lang.Member) []lang.Member {
	if set.Namespace == w.Self.Namespace {
		return members
	}
	var shown []lang.Member
	for i, m := range members {
		if o := w.result(set, m.Object); o != m.Object {
			if shown == nil {
				shown = slices.Clone(members)
			}
			shown[i].Object = o
		}
	}
	if shown == nil {
		return members
	}
	return shown
}

// AbsentSince returns since when an object is known to be absent, zero if nobody has seen
// it go.
func (w World) AbsentSince(ref lang.Ref) time.Time {
	if w.Absent == nil {
		return time.Time{}
	}
	return w.Absent(ref)
}

// Sees reports whether the Job may look at what ref names.
func (w World) Sees(ref lang.Ref) bool { return w.barred(ref) == nil }

// Visible returns a cycle if the Job may look at all that is in it, and nil
// otherwise: the cycle tells what others wait for.
func (w World) Visible(cycle []lang.Ref) []lang.Ref {
	for _, ref := range cycle {
		if !w.Sees(ref) {
			return nil
		}
	}
	return cycle
}

// Forbids reports whether it is known that the Job may not look at what ref
// names.
func (w World) Forbids(ref lang.Ref) bool {
	problem := w.barred(ref)
	return problem != nil && problem.Code == lang.ProblemForbidden
}

// barred returns why the Job may not look at what ref names; nil if it may.
func (w World) barred(ref lang.Ref) *lang.Problem {
	if ref.Namespace == w.Self.Namespace {
		return nil
	}
	q, answer := question(w.Kinds, w.Self.Namespace, w.Job.ServiceAccount, ref), Unasked
	if w.Access != nil {
		answer = w.Access.Answer(q)
	}
	if answer == Allowed {
		return nil
	}
	return q.problem(answer)
}

// Node returns the Job as a graph holds it, with its parsed expression. A Job
// with an annotation that must be fixed first is not waiting to the graph.
func (j Job) Node(expr *lang.Expr) depgraph.Node {
	policy, _ := j.policy()
	timeout, _ := j.timeout()
	return depgraph.Node{
		Object: j.Object, Labels: j.Labels, Expr: expr,
		Waits:          j.AsksToWait() && !j.Released && j.Outcome() == lang.Undecided && j.Mistake() == nil,
		FailsWhenFalse: policy != Wait && j.canFail(),
		Relaxes:        policy == Run,
		Ends:           timeout > 0,
	}
}
