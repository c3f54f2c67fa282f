package cli

import (
	"fmt"
	"time"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// newNode returns an object of a world as it is drawn.
func newNode(w *world, ref lang.Ref) picture.Node {
	n := picture.Node{ID: ref.String(), Kind: picture.Missing, Ref: ref}
	job, exists := w.jobs[ref]
	if why, ok := w.unreadable[ref]; ok && !exists {
		n.State, n.Message = picture.StateUnknown, why
		return n
	}
	if ref.Kind != lang.KindJob {
		n.State, n.Message = picture.StateUnknown, "only Jobs are looked up"
		return n
	}
	if !exists {
		n.State, n.Message = gate.StateMissing, "no Job of this name was found"
		return n
	}
	decision := w.decide(ref)
	n.Kind, n.State = picture.Job, gate.StateOf(job, decision)
	if job.UID != "" { // it has been made
		n.Created = job.Created
	}
	n.UID, n.Started, n.Finished = string(job.UID), job.Started, job.Object.Finished
	n.DependsOn, n.Message = job.DependsOn, decision.Message
	if n.State == gate.StatePending && w.isPaused(ref) {
		n.State, n.Message = gate.StateSuspended, pausedText
	}
	if array := job.Object.Array; array != nil {
		n.Kind, n.Size = picture.Array, array.Size
		n.Done, n.Failed = array.Completed.Len(), array.Failed.Len()
	}
	if expr := w.graph.Expr(ref); expr != nil && expr.Names() == nil {
		n.When = picture.OneLine(job.DependsOn)
	}
	return n
}

// waits returns the checks that a Job still waits for, as its expression would
// say them, each with what is known where time alone may not mend it.
func (w *world) waits(ref lang.Ref, states map[lang.Ref]gate.State) []string {
	decision := w.decide(ref)
	if w.isPaused(ref) && decision.Action == gate.Ignoring && decision.Message == "" {
		return []string{"somebody (" + pausedText + ")"}
	}
	var items []string
	if decision.Action == gate.Waiting {
		items = w.items(ref, states)
		if len(items) == 0 && decision.Reason != gate.ReasonHeld && decision.Reason != gate.ReasonInvalidExpression {
			items = []string{picture.OneLine(decision.Message)} // the gate knows more than is known here
		}
	}
	switch remark := remark(decision); {
	case remark == "":
		return items
	case len(items) == 0:
		return []string{remark}
	default:
		items[0] = remark + "; " + items[0]
		return items
	}
}

// items returns the checks that are not met of the expression of a Job, and what its
// elements wait for, each for itself.
func (w *world) items(ref lang.Ref, states map[lang.Ref]gate.State) []string {
	var items []string
	for _, reason := range w.unmet(ref) {
		items = append(items, wait(ref.Namespace, reason, states))
	}
	s := w.snapshot(ref)
	if s.Expr == nil || !s.Expr.Elementwise() || s.Job.Object.Array == nil || s.Elements().Open.Len() == s.Job.Object.Array.Size {
		return items
	}
	return append(items, perElement(s.Expr.Trace(s.World, s.Job.Subject(), s.Now, -1))...)
}

func perElement(t *lang.Trace) []string {
	if t.PerElement {
		return []string{picture.OneLine(t.Node.String())}
	}
	var items []string
	for _, term := range t.Terms {
		items = append(items, perElement(term)...)
	}
	return items
}

// remark says what a Job waits for that is not a prerequisite, or why it does
// not wait though it is annotated.
func remark(d gate.Decision) string {
	switch {
	case d.Action == gate.Releasing:
		return "the gate (all met)"
	case d.Reason == gate.ReasonInvalidExpression:
		return "a valid expression"
	case d.Reason == gate.ReasonHeld:
		return picture.OneLine(d.Message)
	case d.Action == gate.Ignoring && d.Message != "":
		return "nothing (" + picture.OneLine(d.Message) + ")"
	}
	return ""
}

func wait(namespace string, r lang.Reason, states map[lang.Ref]gate.State) string {
	item := picture.OneLine(r.Check.String())
	if r.Size == 0 && r.Check.Status == lang.StatusSucceeded && r.Check.Targets[0].Elements == nil && r.Ref.Name != "" {
		item = nameIn(namespace, r.Ref)
	}
	switch state := states[r.Ref]; {
	case r.Problem != nil && (state != picture.StateUnknown || r.Problem.Code != lang.ProblemUnasked):
		return item + " (" + picture.OneLine(r.Problem.Message) + ")"
	case r.Size > 0:
		return fmt.Sprintf("%s (%d of %d)", item, r.Yes, r.Size)
	case !r.Until.IsZero():
		return item + " (not before " + r.Until.UTC().Format(time.RFC3339) + ")"
	case state == "", state == gate.StateWaiting, state == gate.StatePending, state == gate.StateRunning:
		return item
	default:
		return item + " (" + string(state) + ")"
	}
}

// nameIn returns how an expression calls a Job in a namespace.
func nameIn(namespace string, ref lang.Ref) string {
	if ref.Namespace == namespace {
		ref.Namespace = ""
	}
	return picture.OneLine(ref.String())
}
