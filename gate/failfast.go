package gate

import (
	"fmt"

	"depctl.dev/depgraph"
	"depctl.dev/lang"
)

// failFast fails a Job of a run that has failed.
func failFast(s Snapshot) (Decision, bool) {
	step := s.Failure.Ends(s.Job)
	if step.Name == "" {
		return Decision{}, false
	}
	return Decision{
		Action: Failing, Reason: ReasonRunFailed,
		Message: fmt.Sprintf("never ran: %s failed, and with it the run, and this Job has %s", step, FailFastAnnotation),
	}, !s.Job.Released
}

// RunFailure is the failure of a run: steps that ask for it, and are no handlers, go with it.
type RunFailure struct {
	// Step is the first step that has failed, by name.
	Step lang.Ref
	run  failedRun
}

// FailureOf returns the failure of a run, nil if none of its steps has failed. run is the set of all steps.
func FailureOf(graph *depgraph.Graph, run lang.Ref) *RunFailure {
	for _, m := range graph.Members(run, lang.Ref{}) {
		if m.Object.Outcome == lang.Failed {
			step := run
			step.Name = m.Name
			return &RunFailure{step, newFailedRun(graph, run)}
		}
	}
	return nil
}

// Handles reports whether a step is a handler of the failure.
func (f *RunFailure) Handles(step lang.Ref) bool { return f != nil && f.run.handlers[step] }

// Stands reports whether a step still is a handler, or still is none, after something that it names has changed.
func (f *RunFailure) Stands(step lang.Ref) bool { return f.run.handles(step) == f.Handles(step) }

// Ends returns the step whose failure ends the wait of a Job of the run; it is empty if that goes on.
func (f *RunFailure) Ends(job Job) lang.Ref {
	if f == nil || !job.GoesWithItsRun() || f.Handles(job.Ref()) {
		return lang.Ref{}
	}
	return f.Step
}

// GoesWithItsRun reports whether the Job waits, and asks to fail once its run has, if it is no handler.
func (j Job) GoesWithItsRun() bool {
	return j.FailFast && j.Step().Run != "" && !j.Superseded && j.Waits()
}

// AllSteps returns the set of all steps of the run of one of them.
func AllSteps(step lang.Ref) lang.Ref {
	step.Name = "*"
	return step
}
