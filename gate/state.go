package gate

import "depctl.dev/lang"

// State is where a Job stands, in one word, as commands and drawings show it.
type State string

// The states of a Job.
const (
	// StateMissing: the Job is named but does not exist.
	StateMissing State = "missing"
	// StateInvalid: an annotation of it cannot be read; it is held.
	StateInvalid State = "invalid"
	// StateHeld: a person holds it.
	StateHeld State = "held"
	// StateWaiting: its dependencies are not met yet.
	StateWaiting State = "waiting"
	// StateBlocked: its dependencies cannot be met as things stand, or in
	// time, or wait for the Job itself.
	StateBlocked State = "blocked"
	// StateSuspended: somebody other than the gate suspends it.
	StateSuspended State = "suspended"
	// StatePending: it may run, and no pod of it has been ready yet.
	StatePending State = "pending"
	// StateRunning: a pod of it is ready, or has ended.
	StateRunning State = "running"
	// StateSucceeded, StateFailed and StateSkipped: it has finished.
	StateSucceeded State = "succeeded"
	StateFailed    State = "failed"
	StateSkipped   State = "skipped"
)

// StateOf returns where a Job stands, given what was decided about it.
func StateOf(job Job, decision Decision) State {
	switch job.Outcome() {
	case lang.Succeeded:
		return StateSucceeded
	case lang.Failed:
		return StateFailed
	case lang.Skipped:
		return StateSkipped
	}
	switch decision.Reason {
	case ReasonInvalidExpression, ReasonInvalidAnnotation:
		return StateInvalid
	case ReasonHeld:
		return StateHeld
	case ReasonDependencyFailed, ReasonDependencyTimeout, ReasonDependencyCycle, ReasonRunFailed, ReasonNotTaken:
		return StateBlocked
	case ReasonWaiting, ReasonLimitReached, ReasonTooManyStarting, ReasonProblem:
		if !job.Released {
			return StateWaiting
		}
	}
	switch {
	case decision.Action == Releasing:
		return StateWaiting
	case job.Suspended:
		return StateSuspended
	case job.Object.Started:
		return StateRunning
	default:
		return StatePending
	}
}
