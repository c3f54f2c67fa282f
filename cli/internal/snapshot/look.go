package snapshot

import (
	"slices"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// SnapshotOf returns what the gate would decide on, as far as it is known here.
func (w *World) SnapshotOf(ref lang.Ref) gate.Snapshot {
	seen := w.SeenBy(ref)
	job := w.Jobs[ref]
	return gate.Snapshot{
		Job: job, Expr: w.Graph.Expr(ref), Invalid: w.Invalid[ref], World: seen, Failure: w.failureOf(job),
		Tokens: w.tokens(), MaxStarting: w.maxStarting, Cycle: w.cycleOf(ref), Pods: w.Pods[job.UID], JobsOnly: w.Reach.JobsOnly, NoKueue: w.Reach.NoKueue, Now: w.Now,
	}
}

// cycleOf returns the cycle of a deadlock as the gate tells a Job of it: only where it may look at all that is on it by
// rights that its own text asks for. Others of its namespace may know more.
func (w *World) cycleOf(ref lang.Ref) []lang.Ref {
	seen, cycle := w.SeenBy(ref), w.Graph.Cycle(ref)
	if heard, ok := w.Access.(*Hearsay); ok && cycle != nil && w.Reach.CrossNamespace != "open" {
		own := gate.Answers{}
		for _, q := range w.Jobs[ref].Questions(w.Graph.Expr(ref), w.Kinds) {
			own[q] = heard.Answer(q)
		}
		seen.Access = own
	}
	return seen.Visible(cycle)
}

// SeenBy returns the world of a Job.
func (w *World) SeenBy(ref lang.Ref) Sight {
	job := w.Jobs[ref]
	return Sight{gate.World{Graph: w.Graph, Kinds: w.kinds(), Self: ref, Access: w.Access, Seen: job.Seen, Job: job, Schedules: runs{w}}, w.Unread}
}

// Unmet returns the checks that keep the expression of a Job from being true.
func (w *World) Unmet(ref lang.Ref) []lang.Reason {
	expr := w.Graph.Expr(ref)
	if expr == nil {
		return nil
	}
	reasons := expr.Reasons(w.SeenBy(ref), w.Jobs[ref].Subject(), w.Now)
	return slices.DeleteFunc(reasons, func(r lang.Reason) bool { return r.Value == lang.True })
}

// Value evaluates one check of an expression alone, as an expression of its own,
// so that the value is the language's.
func (w *World) Value(ref lang.Ref, named lang.Edge) lang.Value {
	if named.PerElement || ref.Kind == lang.KindCronJob { // a template waits for nothing itself
		return lang.Unknown
	}
	expr, err := lang.Parse(named.Check())
	if err != nil {
		return lang.Unknown
	}
	return expr.Eval(w.SeenBy(ref), w.Jobs[ref].Subject(), w.Now).Value
}
