package snapshot

import (
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// State returns the state in which an object is shown, and why it is in that one.
func (w *World) State(ref lang.Ref) (gate.State, string) {
	job, exists := w.Jobs[ref]
	if why, ok := w.Unread[ref]; ok && !exists {
		return picture.StateUnknown, why
	}
	if ref.Kind != lang.KindJob {
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
	case !w.Kinds.Has(ref.Kind):
		return picture.StateUnknown, "this kind is not looked up"
	}
	switch o := w.Graph.Object(ref); {
	case o == nil:
		return gate.StateMissing, "no " + ref.Kind + " of this name was found"
	case o.Outcome == lang.Succeeded:
		return gate.StateSucceeded, ""
	case o.Outcome == lang.Failed:
		return gate.StateFailed, o.Reason
	case o.Ready:
		return gate.StateRunning, "ready"
	default:
		return gate.StatePending, "not ready"
	}
}

// States returns the states of all Jobs, and of all that they wait for.
func (w *World) States() map[lang.Ref]gate.State {
	w.Settle()
	states := map[lang.Ref]gate.State{}
	for _, ref := range w.Upstream("") {
		states[ref], _ = w.State(ref)
	}
	return states
}
