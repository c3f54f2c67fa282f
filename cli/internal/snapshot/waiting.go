package snapshot

import (
	"fmt"
	"strings"
	"time"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// NotWaiting returns why a Job does not wait for the gate to release it, or elements of
// it; nil if it does.
func NotWaiting(job gate.Job) error {
	why := ""
	switch {
	case job.Outcome() != lang.Undecided, job.Ending:
		why = "has ended"
	case job.BeingDeleted:
		why = "is being deleted"
	case job.ForeignOwner != "":
		why = "is not the gate's: " + job.ForeignOwner + " decides when it runs"
	case ByElement(job):
		return nil
	case job.Released:
		why = "was released already"
	case !job.AsksToWait():
		why = "waits for nothing: it has no annotation " + gate.DependsOnAnnotation
	case !job.Suspended:
		why = "was started by somebody else: nothing waits"
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("%s %s %s", strings.ToLower(job.Noun()), job.Identity(), why)
}

// WaitsFor returns the checks that a Job still waits for, as its expression would
// say them, each with what is known where time alone may not fix it.
func (w *World) WaitsFor(ref lang.Ref, states map[lang.Ref]gate.State) []string {
	decision := w.Decide(ref)
	if w.IsPaused(ref) && decision.Action == gate.Ignoring && decision.Message == "" {
		return []string{"somebody (" + PausedText + ")"}
	}
	var items []string
	if decision.Action == gate.Waiting {
		items = w.UnmetChecks(ref, states)
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

// UnmetChecks returns the checks that are not met of the expression of a Job, and what its
// elements wait for, each for itself.
func (w *World) UnmetChecks(ref lang.Ref, states map[lang.Ref]gate.State) []string {
	var items []string
	for _, reason := range w.Unmet(ref) {
		items = append(items, wait(ref, reason, states))
	}
	s := w.SnapshotOf(ref)
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

func wait(by lang.Ref, r lang.Reason, states map[lang.Ref]gate.State) string {
	item := picture.OneLine(r.Check.String())
	if r.Ref.Kind == lang.KindCronJob && r.Ref.Run != "" && r.Size == 1 && r.Problem == nil {
		r.Size = 0 // of one run the time says more than how many there are
	}
	if r.Size == 0 && r.Check.Status == lang.StatusSucceeded && r.Check.Targets[0].Elements == nil && r.Ref.Name != "" {
		item = picture.NameFrom(by, r.Ref)
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

// KindsNamed returns how many Jobs that wait name an object or a set of each kind.
func (w *World) KindsNamed() map[string]int {
	count := map[string]int{}
	for ref, job := range w.Jobs {
		expr := w.Graph.Expr(ref)
		if expr == nil || !job.Waits() {
			continue
		}
		of := map[string]bool{}
		for _, edge := range expr.Edges() {
			of[edge.Ref.Kind] = true
		}
		for name := range of {
			count[name]++
		}
	}
	return count
}
