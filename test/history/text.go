package history

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

// onFailure is the annotation that says what becomes of a Job whose expression
// is false.
const onFailure = "depctl.dev/on-dependency-failure"

// text is an expression that is not a plain list of names, as the language
// reads it. What depends on a time, that of the Job's creation too, on an exit
// code or on the index is not judged.
type text struct {
	expr, relaxed *lang.Expr
	self          *lang.Subject
	// edges are the references, their namespaces filled in.
	edges []lang.Ref
}

// read returns the expression of a Job; nil if it is not judged.
func read(e Event) *text {
	expr, err := lang.Parse(e.Job.Annotations[dependsOn])
	if err != nil || expr.Elementwise() || slices.ContainsFunc(expr.Checks(), func(c *lang.Check) bool {
		return c.Delay > 0 || len(c.Codes) > 0 || len(c.Results) > 0 || c.Status == lang.StatusTime || asksOtherKinds(c)
	}) {
		return nil
	}
	t := &text{expr: expr, self: &lang.Subject{Ref: e.ref(), Object: object(e)}}
	if e.Job.Annotations[onFailure] == "run" {
		t.relaxed = expr.Relaxed()
	}
	for _, edge := range expr.Edges() {
		t.edges = append(t.edges, edge.Ref.Resolve(e.ref()))
	}
	return t
}

// asksOtherKinds reports whether a check asks about what is no Job, of which a history says
// nothing.
func asksOtherKinds(c *lang.Check) bool {
	return slices.ContainsFunc(c.Targets, func(t lang.Target) bool { return !t.Self && t.Ref.Kind != lang.KindJob })
}

// names reports whether the expression speaks of a Job.
func (t *text) names(job *batchv1.Job) bool {
	ref := Event{Job: job}.ref()
	return slices.ContainsFunc(t.edges, func(edge lang.Ref) bool {
		return edge == ref || edge.IsSet() && edge.Namespace == ref.Namespace && edge.Run == ref.Run && lang.NewMatcher(edge).Match(ref.Name, job.Labels)
	})
}

// weigh notes whether the expression of a Job was ever true, and ever false.
func (j *judge) weigh(one *judged, at time.Time) {
	t, w := one.expr, world{now: j.now, one: one, self: one.expr.self.Ref}
	value := t.expr.Eval(w, t.self, at).Value
	if t.relaxed != nil && value != lang.True {
		value = t.relaxed.Eval(w, t.self, at).Value
	}
	if value == lang.True && !one.metOnce {
		one.metOnce, one.met = true, at
	}
	one.falseOnce = one.falseOnce || value == lang.False
}

// affect tells those whose expressions speak of a Job that it has changed.
func (j *judge) affect(e Event) {
	for one := range j.readers {
		if one.released || one.failed || !one.expr.names(e.Job) {
			continue
		}
		if gone, remembered := one.gone[e.ref()]; remembered && gone.Job.UID != e.Job.UID {
			delete(one.gone, e.ref())
		}
		if e.Deleted && object(e).Outcome != lang.Undecided {
			one.gone[e.ref()] = e
		}
		j.weigh(one, e.At)
	}
}
