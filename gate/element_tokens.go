package gate

import (
	"fmt"

	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// What is in this file has elements take tokens of limits one by one: a pod that has been let
// go has its own until it is over.

// LeaderAnnotation says, on a pod of an element that takes tokens, by which identity the gate
// that let it go held the lease. A policy goes by it. The gate writes it.
const LeaderAnnotation = "depctl.dev/leader"

// ElementTakes returns what each element of the Job takes while its pod runs; nil if none
// takes tokens of its own.
func (j Job) ElementTakes() limit.Needs {
	if !j.Gated || j.Outcome() != lang.Undecided {
		return nil
	}
	return j.recorded()
}

// takesPerPod returns what each pod of the Job takes, or is to take.
func (j Job) takesPerPod() (limit.Needs, error) {
	if each := j.ElementTakes(); each != nil {
		return each, nil
	}
	return j.usesPerPod()
}

// LetGo reports whether the pod is not over, and our gate does not keep it from running: its
// element has tokens.
func (p Pod) LetGo() bool { return p.Gate < 0 && !p.Ended }

// inTurns reports whether elements of the Job take tokens one by one though they do not wait
// one by one: not all of them may run at once.
func (s Snapshot) inTurns() bool {
	return s.Job.Uses.Said && s.Job.ArrayLimit != "" && s.mayGoByElement()
}

// mayGoByElement reports whether the Job can be released element by element.
func (s Snapshot) mayGoByElement() bool {
	return s.Job.Object.Array != nil && s.Job.Object.Array.Size > 1 && !s.JobsOnly && !s.Job.Grouped && s.Tokens != nil
}

// takeTokens keeps of the pods to be let go as many as one decision speaks of, and of these the
// ones that have their tokens. It returns what the others lack.
func (d *Decision) takeTokens(s Snapshot) (lack Grant) {
	e := d.Elements
	more := len(e.Open) > mostAtOnce
	e.Open = e.Open[:min(len(e.Open), mostAtOnce)]
	each := s.Job.ElementTakes()
	switch {
	case each == nil || len(e.Open) == 0:
	case s.Tokens == nil:
		e.Open, lack.Problem = nil, &lang.Problem{Message: "this gate runs without --limits, and elements of this Job take tokens: kubectl apply -k deploy/full turns them on"}
		more = false
	default:
		all := len(e.Open)
		if e.Open, lack = s.Tokens.Elements(s.Job, each, e.Open); len(e.Open) < all {
			more, e.Short = false, all-len(e.Open) // who gets tokens is looked at again
		}
		barred := lack.Problem != nil && (lack.Problem.Code == lang.ProblemForbidden || lack.Problem.Code == lang.ProblemUnasked)
		if e.Short > 0 && !barred { // in line it would be given what it may not take
			d.Wants = each
		}
	}
	e.More = e.More || more
	return lack
}

// tellShort says what those lack that have no tokens.
func (d *Decision) tellShort(lack Grant) {
	switch {
	case lack.Problem != nil && lack.Problem.Code == lang.ProblemUnasked:
		d.Reason = ReasonWaiting
		d.Message += "; tokens: " + lack.Problem.Message
	case lack.Problem != nil:
		d.Reason = ReasonProblem
		d.Message += "; something must be fixed: " + lack.Problem.Message
	case d.Elements.Short > 0:
		d.Reason = ReasonLimitReached
		verb := "wait"
		if d.Elements.Short == 1 {
			verb = "waits"
		}
		d.Message += fmt.Sprintf("; %d %s for tokens: %s", d.Elements.Short, verb, lack.Short)
	}
}
