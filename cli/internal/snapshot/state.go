package snapshot

import (
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// State returns the state in which an object is shown, and why it is in that one.
func (w *World) State(ref lang.Ref) (gate.State, string) {
	job, exists := w.Jobs[ref]
	if why, ok := w.Unread[ref]; ok && !exists {
		return picture.StateUnknown, why
	}
	if ref.Kind != lang.KindJob && !job.Waits() {
		return w.stateOf(ref)
	}
	if !exists {
		return gate.StateMissing, "no Job of this name was found"
	}
	decision := w.Decide(ref)
	state := gate.StateOf(job, decision)
	if state == gate.StatePending && w.IsPaused(ref) {
		return gate.StateSuspended, PausedText
	}
	return state, decision.Message
}

// stateOf returns the state of an object of another kind.
func (w *World) stateOf(ref lang.Ref) (gate.State, string) {
	switch {
	case ref.Kind == lang.KindCronJob && w.Kinds.Has(ref.Kind) && ref.Run != "":
		return w.runState(ref)
	case ref.Kind == lang.KindCronJob && w.Kinds.Has(ref.Kind):
		return w.cronJobState(ref)
	}
	if problem := w.kinds().Problem(ref); problem != nil {
		return picture.StateUnknown, problem.Message
	}
	switch o := w.Graph.Object(ref); {
	case o == nil:
		return gate.StateMissing, "no " + ref.Kind + " of this name was found"
	case o.Problem != nil:
		return picture.StateUnknown, o.Problem.Message
	case o.Outcome == lang.Succeeded:
		return gate.StateSucceeded, ""
	case o.Outcome == lang.Failed:
		return gate.StateFailed, o.Reason
	case o.Ready:
		return gate.StateRunning, "ready"
	case !canBe(ref.Kind, "ready"):
		return gate.StateSucceeded, "it exists"
	case o.Started:
		return gate.StateRunning, "started, not ready"
	default:
		return gate.StatePending, "not ready"
	}
}

// kinds returns the kinds that were looked up. What is held was read whatever was.
func (w *World) kinds() gate.Kinds { return kinds{w.Kinds, w.Jobs} }

type kinds struct {
	gate.FixedKinds
	held map[lang.Ref]gate.Job
}

// Problem returns why what ref names cannot be looked up; nil if it can.
func (k kinds) Problem(ref lang.Ref) *lang.Problem {
	if _, held := k.held[ref]; held {
		return nil
	}
	return k.FixedKinds.Problem(ref)
}

// canBe reports whether an object of a kind can have a status.
func canBe(name, status string) bool {
	k, known := kind.Of(name)
	return !known || k.Has(status)
}

// States returns the states of all Jobs, and of all that they wait for.
func (w *World) States() map[lang.Ref]gate.State {
	w.Still()
	states := map[lang.Ref]gate.State{}
	for _, ref := range w.Upstream("") {
		states[ref], _ = w.State(ref)
	}
	return states
}
