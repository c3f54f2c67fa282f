package gate

import (
	"fmt"
	"slices"

	"depctl.dev/lang"
)

// elementEval is what the expression of a Job says of its elements.
type elementEval struct {
	lang.ElementVerdict
	// expr is the one that says what never comes.
	expr *lang.Expr
	size int64
	// reason is why those of Never never run.
	reason string
	// also is what all elements wait for beside.
	also []lang.Reason
}

// elements evaluates the requirements of single elements under the policy of the
// Job.
func (s Snapshot) elements(policy Policy) elementEval {
	o := elementEval{expr: s.Expr, reason: ReasonDependencyFailed}
	if s.Job.Object.Array != nil {
		o.size = s.Job.Object.Array.Size
	}
	if s.Expr == nil { // the annotation was removed
		o.Open = lang.Between(0, o.size-1)
		return o
	}
	o.ElementVerdict = s.Expr.EvalElements(s.World, s.Job.Subject(), s.Now)
	if policy == Run && o.Open.Len() < o.size {
		o.expr = s.Expr.Relaxed()
		relaxed := o.expr.EvalElements(s.World, s.Job.Subject(), s.Now)
		o.Open, o.Never = o.Open.Union(relaxed.Open), relaxed.Never.Minus(o.Open)
		o.Next = soonest(o.Next, relaxed.Next)
	}
	return o
}

// value says what the elements mean for the whole Job, which is released when the
// first of them may run. An element that never runs is the end of all, but where
// a backoffLimitPerIndex keeps it to itself.
func (o elementEval) value(s Snapshot) lang.Value {
	perIndex := s.Job.Object.Array != nil && s.Job.Object.Array.PerIndex
	switch {
	case len(o.Never) > 0 && (!perIndex || o.Never.Len() == o.size):
		return lang.False
	case len(o.Open) > 0:
		return lang.True
	default:
		return lang.Unknown
	}
}

// reasons returns what decides about the first element of which value speaks.
func (o elementEval) reasons(s Snapshot, value lang.Value) []lang.Reason {
	if o.expr == nil || o.size == 0 || o.also != nil {
		return o.also
	}
	index := int64(0)
	switch {
	case value == lang.True:
		index = o.Open[0].Low
	case value == lang.False:
		index = o.Never[0].Low
	default:
		if waiting := lang.Between(0, o.size-1).Minus(o.Open).Minus(o.Never); len(waiting) > 0 {
			index = waiting[0].Low
		}
	}
	return o.expr.ElementReasons(s.World, s.Job.Subject(), s.Now, index)
}

// why says in words why an element never runs.
func (o elementEval) why(s Snapshot, index int64) string {
	text := fmt.Sprintf("element %d never ran: ", index)
	if o.expr == nil {
		return text
	}
	text += summary(o.expr.ElementReasons(s.World, s.Job.Subject(), s.Now, index))
	if o.reason == ReasonDependencyTimeout {
		text += " after " + s.Job.WaitTimeout
	}
	return text
}

// elementsOf yields the pods of each element that has any, in order of index.
func elementsOf(pods []Pod) func(func([]Pod) bool) {
	return func(yield func([]Pod) bool) {
		for len(pods) > 0 {
			n := 1
			for n < len(pods) && pods[n].Index == pods[0].Index {
				n++
			}
			if !yield(pods[:n:n]) {
				return
			}
			pods = pods[n:]
		}
	}
}

// released reports whether an element has been let go before: one of its pods was.
func released(pods []Pod) bool {
	return slices.ContainsFunc(pods, func(p Pod) bool { return p.Gate < 0 })
}

// over reports whether nothing of an element runs or will run again.
func over(pods []Pod, array *lang.Array) bool {
	return array.Completed.Contains(pods[0].Index) || array.Failed.Contains(pods[0].Index) ||
		slices.ContainsFunc(pods, func(p Pod) bool { return p.Succeeded })
}
