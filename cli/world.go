package cli

import (
	"maps"
	"slices"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// world is every Job that was read, and the graph that they make.
type world struct {
	graph *depgraph.Graph
	jobs  map[lang.Ref]gate.Job
	// invalid has the mistakes in the expressions that do not parse.
	invalid map[lang.Ref]error
	// unreadable says, of objects that may exist, why they could not be read.
	unreadable map[lang.Ref]string
}

func newWorld() *world {
	return &world{
		graph:      depgraph.New(),
		jobs:       map[lang.Ref]gate.Job{},
		invalid:    map[lang.Ref]error{},
		unreadable: map[lang.Ref]string{},
	}
}

// add adds a Job, or replaces the one of the same name.
func (w *world) add(job gate.Job) {
	ref := job.Ref()
	delete(w.invalid, ref)
	var expr *lang.Expr
	if job.Annotated {
		parsed, err := lang.Parse(job.DependsOn)
		if err != nil {
			w.invalid[ref] = err
		} else {
			expr = parsed
		}
	}
	object := job.Object()
	w.jobs[ref] = job
	w.graph.Set(ref, &object, expr)
}

// decide asks what should happen to a Job of the world.
func (w *world) decide(ref lang.Ref) gate.Decision {
	return gate.Decide(gate.Snapshot{
		Job:     w.jobs[ref],
		Expr:    w.graph.Expr(ref),
		Invalid: w.invalid[ref],
		World:   w.graph,
	})
}

// requirement is one check of a Job's expression, looked at for itself.
type requirement struct {
	ref lang.Ref
	// check is its canonical text, a name without namespace as it is written.
	check string
	value lang.Value
}

// requirements returns the checks of a Job's expression in the order of the
// text, one for each object.
func (w *world) requirements(ref lang.Ref) []requirement {
	expr := w.graph.Expr(ref)
	if expr == nil {
		return nil
	}
	named := map[lang.Ref]bool{}
	var found []requirement
	for _, check := range expr.Checks() {
		prerequisite := check.Ref.Resolve(ref.Namespace)
		if named[prerequisite] {
			continue
		}
		named[prerequisite] = true
		r := requirement{ref: prerequisite, check: check.Ref.String()}
		// An expression of one check, so that the value is the language's.
		if alone, err := lang.Parse(r.check); err == nil {
			r.value = alone.Eval(w.graph, ref.Namespace).Value
		}
		found = append(found, r)
	}
	return found
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
