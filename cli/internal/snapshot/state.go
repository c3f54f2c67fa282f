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
		return picture.StateUnknown, "only Jobs are looked up"
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

// States returns the states of all Jobs, and of all that they wait for.
func (w *World) States() map[lang.Ref]gate.State {
	w.Settle()
	states := map[lang.Ref]gate.State{}
	for _, ref := range w.Upstream("") {
		states[ref], _ = w.State(ref)
	}
	return states
}
