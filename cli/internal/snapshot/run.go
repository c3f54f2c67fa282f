package snapshot

import (
	"fmt"

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
