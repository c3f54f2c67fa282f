package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"depctl.dev/lang"
)

func byVerdict(s Snapshot) Decision {
	if s.Expr == nil && s.Job.Uses.Said { // it only uses tokens
		return withTokens(s, Decision{Action: Releasing, Reason: ReasonMet, Message: "released: it waits for nothing", PerElement: s.inTurns()})
	}
	policy, _ := s.Job.policy() // invalidAnnotation has looked at it
	expr, value, next := s.eval(s.Expr)
	if policy == Run && value != lang.True {
		expr, value, next = s.eval(s.Expr.Relaxed())
	}
	d := Decision{Action: Waiting, Reasons: expr.Reasons(s.World, s.Job.Subject(), s.Now), Next: next}
	if d.PerElement = expr.Elementwise(); d.PerElement && value != lang.False {
		value = d.join(s, value, s.elements(policy))
	}
	switch {
	case value == lang.True:
		d.Action, d.Reason, d.Message = Releasing, ReasonMet, "released: "
	case value == lang.False && (policy == Wait || !s.Job.canFail()):
		d.Reason, d.Message = ReasonDependencyFailed, "will wait forever unless something changes: "
	case value == lang.False && expr.NotTaken(s.World, s.Job.Subject(), s.Now):
		d.Action, d.Reason, d.Message = Failing, ReasonNotTaken, "not taken: "
	case value == lang.False:
		d.Action, d.Reason, d.Message = Failing, ReasonDependencyFailed, "never ran: "
	case len(s.Cycle) > 0:
		d.Reason, d.Message = ReasonDependencyCycle, "held in a deadlock: "+inWords(s.Cycle)+"; edit one of the annotations"
		return d
	case slices.ContainsFunc(d.Reasons, hasProblem):
		// What must be fixed comes first: the rest will come by itself.
		slices.SortStableFunc(d.Reasons, func(a, b lang.Reason) int { return urgency(a) - urgency(b) })
		d.Reason, d.Message = ReasonProblem, "waiting, and something must be fixed: "
	default:
		d.Reason, d.Message = ReasonWaiting, "waiting: "
	}
	d.Message += summary(d.Reasons)
	if d.Action == Releasing && s.Job.Results != "" {
		d = handOver(s, d)
	}
	if d.Action == Releasing {
		d.PerElement = d.PerElement || s.inTurns()
		return withTokens(s, d)
	}
	return d
}

// join adds to what gates the whole Job what its elements say of it.
func (d *Decision) join(s Snapshot, value lang.Value, o elementEval) lang.Value {
	elements := o.value(s)
	if elements == lang.False {
		d.Reasons, d.Next = o.reasons(s, elements), time.Time{}
		return lang.False
	}
	if elements == lang.Unknown && value == lang.True {
		value, d.Reasons = lang.Unknown, nil
	}
	d.Reasons = append(d.Reasons, o.reasons(s, elements)...)
	d.Next = soonest(d.Next, o.Next)
	return value
}

func (s Snapshot) eval(expr *lang.Expr) (*lang.Expr, lang.Value, time.Time) {
	verdict := expr.Eval(s.World, s.Job.Subject(), s.Now)
	return expr, verdict.Value, verdict.Next
}

// inTime ends the wait of a Job whose time is up, whatever it waits for, also
// for somebody to fix its text. A hold stops that, and a text that says how
// long to wait and cannot be read never ends a Job.
func inTime(s Snapshot, d Decision) Decision {
	deadline, over := s.deadline()
	if d.Action != Waiting || s.Job.OnHold || s.Job.Released || deadline.IsZero() {
		return d
	}
	if !over {
		d.Next = soonest(d.Next, deadline)
		return d
	}
	return Decision{
		Action: Failing, Reason: ReasonDependencyTimeout, Reasons: d.Reasons,
		Message: fmt.Sprintf("never ran: still %s after %s", d.Message, s.Job.WaitTimeout),
	}
}

// inWords says a cycle in reading order.
func inWords(cycle []lang.Ref) string {
	var b strings.Builder
	b.WriteString(cycle[0].String())
	for i := range cycle {
		b.WriteString([]string{" waits for ", ", which waits for "}[min(i, 1)])
		b.WriteString(cycle[(i+1)%len(cycle)].String())
	}
	return b.String()
}

// hasProblem reports whether somebody must fix something. A right that is being
// asked for will be known by itself.
func hasProblem(r lang.Reason) bool {
	return r.Problem != nil && r.Problem.Code != lang.ProblemUnasked
}

func urgency(r lang.Reason) int {
	if hasProblem(r) {
		return 0
	}
	return 1
}

// summary says in words what the reasons found: the first three, and how many
// more there are.
func summary(reasons []lang.Reason) string {
	const most = 3
	var b strings.Builder
	for i, reason := range reasons {
		if i == most && len(reasons) > most+1 {
			fmt.Fprintf(&b, " and %d more", len(reasons)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(reason.String())
	}
	return b.String()
}
