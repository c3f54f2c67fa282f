package cli

import (
	"maps"
	"slices"
	"time"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// world is every Job that was read, and the graph that they make.
type world struct {
	graph *depgraph.Graph
	jobs  map[lang.Ref]gate.Job
	// invalid has the mistakes in the expressions that cannot hold.
	invalid map[lang.Ref]error
	// unreadable says, of objects and sets that may exist, why they could not
	// be read.
	unreadable map[lang.Ref]string
	// expected is how long Jobs run, as their annotations have it.
	expected map[lang.Ref]string
	// now is when the Jobs were read.
	now time.Time
}

func newWorld(now time.Time) *world {
	return &world{
		graph:      depgraph.New(),
		jobs:       map[lang.Ref]gate.Job{},
		invalid:    map[lang.Ref]error{},
		unreadable: map[lang.Ref]string{},
		expected:   map[lang.Ref]string{},
		now:        now,
	}
}

// add adds a Job, or replaces the one of the same name.
func (w *world) add(job gate.Job) {
	ref := job.Ref()
	delete(w.invalid, ref)
	var expr *lang.Expr
	if job.Annotated {
		parsed, err := job.Parse()
		if err != nil {
			w.invalid[ref] = err
		} else {
			expr = parsed
		}
	}
	w.jobs[ref] = job
	w.graph.Set(ref, job.Node(expr))
}

// remove forgets a Job that is gone.
func (w *world) remove(ref lang.Ref) {
	delete(w.jobs, ref)
	delete(w.invalid, ref)
	w.graph.Remove(ref)
}

// decide asks what should happen to a Job of the world.
func (w *world) decide(ref lang.Ref) gate.Decision {
	return gate.Decide(gate.Snapshot{
		Job:     w.jobs[ref],
		Expr:    w.graph.Expr(ref),
		Invalid: w.invalid[ref],
		World:   w.seenBy(ref),
		Cycle:   w.graph.Cycle(ref),
		Now:     w.now,
	})
}

// seenBy returns the world of a Job. What its service account may see is not
// asked: whoever reads here is somebody else.
func (w *world) seenBy(ref lang.Ref) lang.World {
	return gate.World{Graph: w.graph, Self: ref, Access: gate.Open{}, Seen: w.jobs[ref].Seen}
}

// unmet returns the checks that keep the expression of a Job from being true.
func (w *world) unmet(ref lang.Ref) []lang.Reason {
	expr := w.graph.Expr(ref)
	if expr == nil {
		return nil
	}
	reasons := expr.Reasons(w.seenBy(ref), w.jobs[ref].Subject(), w.now)
	return slices.DeleteFunc(reasons, func(r lang.Reason) bool { return r.Value == lang.True })
}

// value evaluates one check of an expression alone, as an expression of its own,
// so that the value is the language's.
func (w *world) value(ref lang.Ref, named lang.Edge) lang.Value {
	if named.PerElement {
		return lang.Unknown
	}
	expr, err := lang.Parse(named.Check)
	if err != nil {
		return lang.Unknown
	}
	return expr.Eval(w.seenBy(ref), w.jobs[ref].Subject(), w.now).Value
}

// wanted returns what must be read to decide about the Jobs of a namespace, or
// about all: those of upstream, and the sets that they name.
func (w *world) wanted(namespace string) []lang.Ref {
	refs := w.upstream(namespace)
	for _, ref := range refs {
		if expr := w.graph.Expr(ref); expr != nil {
			for _, named := range expr.Edges() {
				if named.Ref.IsSet() {
					refs = append(refs, named.Ref.Resolve(ref.Namespace))
				}
			}
		}
	}
	return refs
}

// upstream returns the Jobs of a namespace, or all if it is empty, and
// everything that they wait for, directly or through others, sorted.
func (w *world) upstream(namespace string) []lang.Ref {
	reached := map[lang.Ref]bool{}
	var reach func(lang.Ref)
	reach = func(ref lang.Ref) {
		if reached[ref] {
			return
		}
		reached[ref] = true
		for _, prerequisite := range w.graph.Prerequisites(ref) {
			reach(prerequisite)
		}
	}
	for ref := range w.jobs {
		if namespace == "" || ref.Namespace == namespace {
			reach(ref)
		}
	}
	return slices.SortedFunc(maps.Keys(reached), lang.Ref.Compare)
}
