package snapshot

import (
	"fmt"
	"iter"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Steps returns a function that tells whether a Job is a step of a run in a namespace, or
// in any if that is empty. Of several Jobs of one step it is the latest.
func Steps(namespace, run string) func(lang.Ref) bool {
	return func(ref lang.Ref) bool {
		return ref.Kind == lang.KindJob && ref.Run == run && (namespace == "" || ref.Namespace == namespace)
	}
}

// NoRun says that a run has no Jobs in a namespace, or in any if that is empty; nil if it
// has some.
func (w *World) NoRun(namespace, run string) error {
	is := Steps(namespace, run)
	for ref := range w.Jobs {
		if is(ref) {
			return nil
		}
	}
	if namespace == "" {
		return fmt.Errorf("there is no run %s; those that are there: depctl runs -A", run)
	}
	return fmt.Errorf("there is no run %s in namespace %s; those that are there: depctl runs -n %s", run, namespace, namespace)
}

// failures are those of runs, nil of those that have none, by the set of all their steps. They hold for a graph until
// that changes: each step of a run asks, and each answer looks at all of them.
type failures struct {
	graph *depgraph.Graph
	at    uint64
	of    map[lang.Ref]*gate.RunFailure
}

// failureOf returns the failure of the run of a Job that waits, nil if there is none.
func (w *World) failureOf(job gate.Job) *gate.RunFailure {
	if job.Step().Run == "" || !job.Waits() {
		return nil
	}
	if w.failures.graph != w.Graph || w.failures.at != w.Graph.Changes() {
		w.failures = failures{w.Graph, w.Graph.Changes(), map[lang.Ref]*gate.RunFailure{}}
	}
	all := gate.AllSteps(job.Step())
	failure, known := w.failures.of[all]
	if !known {
		failure = gate.FailureOf(w.Graph, all)
		w.failures.of[all] = failure
	}
	return failure
}

// StepsOf returns the steps of a run in all namespaces, in no order.
func (w *World) StepsOf(run string) iter.Seq[lang.Ref] {
	is := Steps("", run)
	return func(visit func(lang.Ref) bool) {
		for ref := range w.Jobs {
			if is(ref) && !visit(ref) {
				return
			}
		}
	}
}

// Standing is how a run stands as the language sees it: without the steps that ask about it.
type Standing struct {
	State gate.State
	// Size is how many steps there are or are said to be, Over how many have ended, and Failed how many of
	// these did not succeed.
	Size, Over, Failed int64
}

// StandingOf returns how a run stands in a namespace.
func (w *World) StandingOf(namespace, run string) Standing {
	s := Standing{State: gate.StateWaiting}
	said, there := int64(0), int64(0)
	for ref := range w.StepsOf(run) {
		job := w.Jobs[ref]
		if ref.Namespace != namespace {
			continue
		}
		there++
		said = max(said, job.Object.RunSize)
		if job.Object.NamesRun {
			continue
		}
		s.Size++
		if outcome := job.Outcome(); outcome != lang.Undecided {
			if s.Over++; outcome != lang.Succeeded {
				s.Failed++
			}
		} else if state, _ := w.State(ref); state == gate.StateRunning || state == gate.StatePending {
			s.State = gate.StateRunning
		}
	}
	s.Size += max(said-there, 0)
	if s.Over > 0 {
		s.State = gate.StateRunning
	}
	switch value, err := w.RunSucceeded(namespace, run); {
	case err != nil:
	case value == lang.True:
		s.State = gate.StateSucceeded
	case value == lang.False:
		s.State = gate.StateFailed
	}
	return s
}

// RunSucceeded returns what the language says of a whole run in a namespace: true and
// false as soon as that is known.
func (w *World) RunSucceeded(namespace, run string) (lang.Value, error) {
	expr, err := lang.Parse("run@" + run)
	if err != nil {
		return lang.Unknown, fmt.Errorf("run %s: %w", run, err)
	}
	self := lang.Job(namespace, "") // nobody is called so
	world := gate.World{Graph: w.Graph, Self: self, Access: gate.Open{}}
	return expr.Eval(world, &lang.Subject{Ref: self}, w.Now).Value, nil
}
