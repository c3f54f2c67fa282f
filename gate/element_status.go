package gate

import (
	"time"

	"depctl.dev/lang"
)

// Deciding returns the expression that Decide goes by: that of the Job or, with
// on-dependency-failure "run" and once that is not true, the one in which what is
// over counts as succeeded. It is nil where there is none.
func Deciding(s Snapshot) *lang.Expr {
	policy, err := s.Job.policy()
	if s.Expr == nil || policy != Run || err != nil {
		return s.Expr
	}
	if _, value, _ := s.eval(s.Expr); value == lang.True && !s.Expr.Elementwise() {
		return s.Expr
	}
	return s.Expr.Relaxed()
}

// ElementStatus is which elements of a Job may run, and which never can.
type ElementStatus struct {
	// Open are those whose requirements are true, and Never those of which one is
	// false, as things stand. The others wait.
	Open, Never lang.Indexes
	// Running are those that were let go and are not over. Nobody knows without pods.
	Running lang.Indexes
	// Next is when that may change by time alone; zero if it will not.
	Next time.Time
}

// Elements returns what Decide finds of the elements of a Job that is an array.
func (s Snapshot) Elements() ElementStatus {
	policy, _ := s.Job.policy() // invalidAnnotation has looked at it
	o := s.elements(policy)
	out := ElementStatus{Open: o.Open, Never: o.Never, Next: o.Next}
	if s.Job.Object.Array == nil {
		return out
	}
	var running []int64
	for pods := range elementsOf(s.Pods) {
		if index := pods[0].Index; s.Job.Object.Array.Has(index) && released(pods) && !over(pods, s.Job.Object.Array) {
			running = append(running, index)
		}
	}
	out.Running = lang.Listed(running)
	return out
}

// Deadline returns when the wait of the Job ends, zero for never.
func (s Snapshot) Deadline() time.Time {
	at, _ := s.deadline()
	return at
}
