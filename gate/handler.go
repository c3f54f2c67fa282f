package gate

import (
	"depctl.dev/depgraph"
	"depctl.dev/lang"
)

// Handlers returns the steps of a run that deal with its failure. run is the set of all steps.
//
// Of those that wait, it is a step whose expression can come true though the others that wait are skipped, and those
// that run fail. Of those that were released, it is a step whose release says so.
//
// What deals with the end of a handler is a handler, too: so they are found in rounds, of which each takes those of
// the rounds before for free to end in any way. After the first, a round looks only at what waits for those that the
// round before has found.
func Handlers(graph *depgraph.Graph, run lang.Ref) map[lang.Ref]bool {
	return newFailedRun(graph, run).handlers
}

func newFailedRun(graph *depgraph.Graph, run lang.Ref) failedRun {
	f := failedRun{World: World{Graph: graph, Access: Open{}}, handlers: map[lang.Ref]bool{}, waiting: map[lang.Ref]bool{}}
	var look []lang.Ref
	for _, m := range graph.Members(run, lang.Ref{}) {
		ref := run
		ref.Name = m.Name
		if m.Object.Handler {
			f.handlers[ref] = true
		}
		if f.waiting[ref] = graph.Waits(ref); f.waiting[ref] {
			look = append(look, ref)
		}
	}
	for len(look) > 0 {
		var behind []lang.Ref
		for _, ref := range look {
			if !f.handlers[ref] && f.handles(ref) {
				f.handlers[ref] = true
				behind = append(behind, graph.Dependents(ref)...)
			}
		}
		look = behind[:0]
		for _, ref := range behind {
			if f.waiting[ref] {
				look = append(look, ref)
			}
		}
	}
	return f
}

// failedRun is a world in which nothing of a run goes on but its handlers.
type failedRun struct {
	World
	handlers map[lang.Ref]bool
	// waiting has each step, and whether it waits.
	waiting map[lang.Ref]bool
}

// handles reports whether a step that waits is a handler.
func (f failedRun) handles(step lang.Ref) bool {
	f.Self = step
	subject := &lang.Subject{Ref: step, Object: f.Graph.Object(step)}
	can, _ := f.Graph.Expr(step).Satisfiable(f, subject, func(lang.Ref) lang.Fate { return lang.Free })
	return can
}

// Object returns what is known of an object, as it ends without success.
func (f failedRun) Object(ref lang.Ref) *lang.Object { return f.ended(ref, f.World.Object(ref)) }

// Members returns the objects of a set, as they end without success.
func (f failedRun) Members(set lang.Ref) ([]lang.Member, *lang.Problem) {
	members, problem := f.World.Members(set)
	ended := make([]lang.Member, len(members))
	for i, m := range members {
		ref := set
		ref.Name = m.Name
		ended[i] = lang.Member{Name: m.Name, Object: f.ended(ref, m.Object)}
	}
	return ended, problem
}

func (f failedRun) ended(ref lang.Ref, o *lang.Object) *lang.Object {
	waits, step := f.waiting[ref]
	if o == nil || o.Problem != nil || !step || o.Outcome != lang.Undecided || f.handlers[ref] {
		return o
	}
	ended := *o
	if ended.Outcome = lang.Failed; waits {
		ended.Outcome, ended.Reason = lang.Skipped, ReasonRunFailed
	}
	return &ended
}
