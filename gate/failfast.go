package gate

import (
	"fmt"

	"depctl.dev/depgraph"
	"depctl.dev/lang"
)

// failFast fails a Job of a run that has failed.
func failFast(s Snapshot) (Decision, bool) {
	if s.FailedStep.Name == "" {
		return Decision{}, false
	}
	return Decision{
		Action: Failing, Reason: ReasonRunFailed,
		Message: fmt.Sprintf("never ran: %s failed, and with it the run, and this Job has %s", s.FailedStep, FailFastAnnotation),
	}, !s.Job.Released
}

// FailedStep returns the step whose failure ends the wait of a Job: the Job asks for that,
// and is no handler. It is empty if there is none.
func (w World) FailedStep(job Job) lang.Ref {
	run := job.Step()
	if !job.FailFast || run.Run == "" || job.Superseded || !job.Waits() {
		return lang.Ref{}
	}
	run.Name = "*"
	for _, m := range w.Graph.Members(run, w.Self) {
		if m.Object.Outcome == lang.Failed {
			if Handlers(w.Graph, run)[w.Self] {
				return lang.Ref{}
			}
			run.Name = m.Name
			return run
		}
	}
	return lang.Ref{}
}

// Handlers returns the steps of a run that deal with its failure: those that wait, and
// whose expression can come true though the others that wait are skipped, and those that
// run fail. run is the set of all steps.
//
// What deals with the end of a handler is a handler, too: so they are found in rounds, of
// which each takes those of the rounds before for free to end in any way.
func Handlers(graph *depgraph.Graph, run lang.Ref) map[lang.Ref]bool {
	handlers := map[lang.Ref]bool{}
	waiting := map[lang.Ref]bool{}
	steps := graph.Members(run, lang.Ref{})
	for _, m := range steps {
		ref := run
		ref.Name = m.Name
		if graph.Waits(ref) {
			waiting[ref] = true
		}
	}
	for found := true; found; {
		found = false
		for _, m := range steps {
			ref := run
			ref.Name = m.Name
			if !waiting[ref] || handlers[ref] {
				continue
			}
			world := failedRun{World: World{Graph: graph, Self: ref, Access: Open{}}, run: run, handlers: handlers, waiting: waiting}
			subject := &lang.Subject{Ref: ref, Object: m.Object}
			free := func(lang.Ref) lang.Fate { return lang.Free }
			if can, _ := graph.Expr(ref).Satisfiable(world, subject, free); can {
				handlers[ref], found = true, true
			}
		}
	}
	return handlers
}

// failedRun is a world in which nothing of a run goes on but its handlers.
type failedRun struct {
	World
	run               lang.Ref
	handlers, waiting map[lang.Ref]bool
}

// Object returns what is known of an object, as it ends without success.
func (w failedRun) Object(ref lang.Ref) *lang.Object { return w.ended(ref, w.World.Object(ref)) }

// Members returns the objects of a set, as they end without success.
func (w failedRun) Members(set lang.Ref) ([]lang.Member, *lang.Problem) {
	members, problem := w.World.Members(set)
	ended := make([]lang.Member, len(members))
	for i, m := range members {
		ref := set
		ref.Name = m.Name
		ended[i] = lang.Member{Name: m.Name, Object: w.ended(ref, m.Object)}
	}
	return ended, problem
}

func (w failedRun) ended(ref lang.Ref, o *lang.Object) *lang.Object {
	if o == nil || o.Problem != nil || o.Outcome != lang.Undecided || ref.Kind != lang.KindJob ||
		ref.Run != w.run.Run || ref.Namespace != w.run.Namespace || w.handlers[ref] {
		return o
	}
	ended := *o
	if ended.Outcome = lang.Failed; w.waiting[ref] {
		ended.Outcome, ended.Reason = lang.Skipped, ReasonRunFailed
	}
	return &ended
}
