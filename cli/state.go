package cli

import (
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// state returns the state in which an object is shown, and why it is in that one.
func (w *world) state(ref lang.Ref) (gate.State, string) {
	job, exists := w.jobs[ref]
	if why, ok := w.unreadable[ref]; ok && !exists {
		return picture.StateUnknown, why
	}
	if ref.Kind != lang.KindJob {
		return picture.StateUnknown, "only Jobs are looked up"
	}
	if !exists {
		return gate.StateMissing, "no Job of this name was found"
	}
	decision := w.decide(ref)
	state := gate.StateOf(job, decision)
	if state == gate.StatePending && w.isPaused(ref) {
		return gate.StateSuspended, pausedText
	}
	return state, decision.Message
}

// states returns the states of all Jobs, and of all that they wait for.
func (w *world) states() map[lang.Ref]gate.State {
	w.settle()
	states := map[lang.Ref]gate.State{}
	for _, ref := range w.upstream("") {
		states[ref], _ = w.state(ref)
	}
	return states
}
