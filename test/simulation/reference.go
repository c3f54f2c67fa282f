package simulation

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Reference decides about Jobs from scratch: it looks at all of them every time.
// Every Job may look into every namespace.
type Reference struct {
	Jobs map[lang.Ref]gate.Job
	// Seen are the outcomes that stand for each Job.
	Seen map[lang.Ref]gate.RecordedOutcomes
	Now  time.Time
	// Schedules tells of the runs of CronJobs; nil where there are none.
	Schedules gate.Schedules
	// Parsed keeps expressions, by the Job and its text.
	Parsed map[Text]Parsed
}

type (
	// Text is an expression of a Job.
	Text struct {
		Of   lang.Ref
		Text string
	}
	// Parsed is what a Text says.
	Parsed struct {
		Expr *lang.Expr
		Err  error
		// named is all that Expr names.
		named []named
	}
	named struct {
		lang.Ref
		lang.Matcher
	}
)

// Parse returns the expression of a Job that waits.
func (r *Reference) Parse(job gate.Job) (*lang.Expr, error) {
	p := r.parse(job)
	return p.Expr, p.Err
}

func (r *Reference) parse(job gate.Job) Parsed {
	if !Waits(job) {
		return Parsed{}
	}
	key := Text{job.Ref(), job.DependsOn}
	p, ok := r.Parsed[key]
	if !ok {
		if p.Expr, p.Err = job.Parse(); p.Err == nil {
			for _, e := range p.Expr.Edges() {
				ref := e.Ref.Resolve(job.Ref())
				p.named = append(p.named, named{ref, lang.NewMatcher(ref)})
			}
		}
		r.Parsed[key] = p
	}
	return p
}

// Waits reports whether a Job still waits, or might.
func Waits(job gate.Job) bool {
	return job.AsksToWait() && !job.Released && !job.BeingDeleted && job.Outcome() == lang.Undecided
}

// Decide returns what should happen to a Job. The graph is for deadlocks and
// may be nil if there are none.
func (r *Reference) Decide(ref lang.Ref, graph *depgraph.Graph) gate.Decision {
	job := r.Jobs[ref]
	s := gate.Snapshot{Job: job, World: world{r, ref}, Now: r.Now}
	s.Expr, s.Invalid = r.Parse(job)
	s.Failure = r.failure(job)
	if graph != nil {
		s.Cycle = graph.Cycle(ref)
	}
	return gate.Decide(s)
}

// Graph returns a graph of all Jobs that was built in one go.
func (r *Reference) Graph() *depgraph.Graph {
	graph := depgraph.New()
	for ref, job := range r.Jobs {
		expr, _ := r.Parse(job)
		graph.Set(ref, job.Node(expr))
	}
	graph.Settle()
	return graph
}

// Names reports whether a Job waits for another one that exists.
func (r *Reference) Names(waiter, ref lang.Ref) bool {
	return waiter != ref && slices.ContainsFunc(r.parse(r.Jobs[waiter]).named, func(n named) bool {
		if !n.IsSet() {
			return n.Ref == ref
		}
		return n.Namespace == ref.Namespace && n.Run == ref.Run && n.Match(ref.Name, r.Jobs[ref].Labels)
	})
}

// world is the Jobs as one of them sees them.
type world struct {
	*Reference
	self lang.Ref
}

func (w world) Object(ref lang.Ref) *lang.Object {
	job, exists := w.Jobs[ref]
	gone, seen := w.Seen[w.self][ref]
	if o := job.Object; seen && exists && o.UID == gone.Object.UID && o.Outcome == lang.Succeeded && o.Result == nil {
		return gone.Object // its result may have been read by an earlier gate
	}
	if seen && (!exists || gone.Stands(ref, job.Object)) {
		return gone.Object
	}
	if !exists {
		return nil
	}
	return job.Object
}

// known are kinds of which all is known.
type known struct{ gate.Kinds }

func (known) Problem(lang.Ref) *lang.Problem { return nil }

func (known) Resource(string) (schema.GroupVersionResource, bool) {
	return schema.GroupVersionResource{}, true
}

func (world) AbsentSince(lang.Ref) time.Time { return time.Time{} }

func (w world) Members(set lang.Ref) (members []lang.Member, _ *lang.Problem) {
	if set.Kind == lang.KindCronJob {
		return gate.World{
			Graph: depgraph.New(), Kinds: known{}, Self: w.self, Access: gate.Open{}, Job: w.Jobs[w.self], Schedules: w.Schedules,
		}.Members(set)
	}
	add := func(ref lang.Ref, labels map[string]string, o *lang.Object) {
		if ref.Namespace == set.Namespace && ref.Run == set.Run && ref != w.self && lang.NewMatcher(set).Match(ref.Name, labels) {
			members = append(members, lang.Member{Name: ref.Name, Object: o})
		}
	}
	stands := func(ref lang.Ref) bool {
		gone, seen := w.Seen[w.self][ref]
		job, exists := w.Jobs[ref]
		return seen && (!exists || gone.Stands(ref, job.Object))
	}
	for ref, job := range w.Jobs {
		if !job.Superseded && !stands(ref) {
			add(ref, job.Labels, job.Object)
		}
	}
	for ref, gone := range w.Seen[w.self] {
		if stands(ref) {
			add(ref, gone.Labels, gone.Object)
		}
	}
	slices.SortFunc(members, func(a, b lang.Member) int { return strings.Compare(a.Name, b.Name) })
	return members, nil
}
