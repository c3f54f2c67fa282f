package cli

import (
	"context"
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/explanation"
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
	// podless has the Jobs without completions, as true, and those without parallelism.
	podless map[lang.Ref]bool
	// access is what service accounts may see in other namespaces: all of it where
	// nobody can be asked, and hearsay where there is a cluster.
	access gate.Access
	// reach is how the gate runs, and pods has those of elements, where they were read.
	reach reach
	pods  map[types.UID][]gate.Pod
	// word is when a gate was last heard of: it released a Job, or wrote a condition.
	word time.Time
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
		podless:    map[lang.Ref]bool{},
		access:     gate.Open{},
		pods:       map[types.UID][]gate.Pod{},
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

// observe adds a Job of a cluster, or replaces the one of the same name.
func (w *world) observe(job *batchv1.Job) {
	w.add(gate.Observe(job))
	w.note(job)
}

// note keeps of a Job what no decision looks at.
func (w *world) note(job *batchv1.Job) {
	w.expect(job)
	if r := explanation.RecordOf(job).Release; r != nil && r.By == gate.ByGate {
		w.word = later(w.word, r.At)
	}
	for _, c := range job.Status.Conditions {
		if c.Type == gate.ConditionType {
			w.word = later(w.word, c.LastProbeTime.Time)
		}
	}
}

// remove forgets a Job that is gone.
func (w *world) remove(ref lang.Ref) {
	delete(w.jobs, ref)
	delete(w.invalid, ref)
	w.graph.Remove(ref)
}

// settle is to be called when all Jobs are there that will be, before anything is
// decided.
func (w *world) settle() {
	w.graph.Settle()
	access := w.access
	if h, ok := access.(hopeful); ok {
		access = h.Access
	}
	if r, ok := access.(*hearsay); ok {
		r.hear(w)
	}
}

// snapshot returns what the gate would decide on, as far as it is known here.
func (w *world) snapshot(ref lang.Ref) gate.Snapshot {
	seen := w.seenBy(ref)
	job := w.jobs[ref]
	return gate.Snapshot{
		Job: job, Expr: w.graph.Expr(ref), Invalid: w.invalid[ref], World: seen,
		Cycle: seen.Visible(w.graph.Cycle(ref)), Pods: w.pods[job.UID], JobsOnly: w.reach.jobsOnly, Now: w.now,
	}
}

// decide asks what should happen to a Job of the world. Every command goes by this.
func (w *world) decide(ref lang.Ref) gate.Decision {
	s := w.snapshot(ref)
	return byTheGate(s, gate.Decide(s))
}

// seenBy returns the world of a Job.
func (w *world) seenBy(ref lang.Ref) sight {
	job := w.jobs[ref]
	return sight{gate.World{Graph: w.graph, Self: ref, Account: job.ServiceAccount, Access: w.access, Seen: job.Seen}, w.unreadable}
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

// source is where Jobs come from.
type source interface {
	// read returns the Jobs as they are now, and notes for people about what
	// was left out.
	read(ctx context.Context, now time.Time) (*world, []string, error)
}
