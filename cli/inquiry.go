package cli

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/forecast"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// inquiry is a world with what else a decision looks at, as far as the user may see
// it. Its methods are those that package explanation and package forecast ask.
type inquiry struct {
	*world
	// reach is how the gate runs, and access what the service accounts may see.
	reach  reach
	access gate.Access
	pods   map[types.UID][]gate.Pod

	history   *forecast.History
	forecast  *forecast.Forecast
	decisions map[lang.Ref]gate.Decision
}

// newInquiry returns one in which everything is allowed and no pod is known.
func newInquiry(w *world) *inquiry {
	w.graph.Settle()
	q := &inquiry{world: w, access: gate.Open{}, pods: map[types.UID][]gate.Pod{}, history: forecast.NewHistory(), decisions: map[lang.Ref]gate.Decision{}}
	for _, job := range w.jobs {
		q.history.Add(job)
	}
	q.forecast = forecast.New(w.graph, q, q.history, w.now)
	return q
}

// Snapshot returns what the gate would decide on.
func (q *inquiry) Snapshot(ref lang.Ref) (gate.Snapshot, bool) {
	job, exists := q.jobs[ref]
	world := gate.World{Graph: q.graph, Self: ref, Account: job.ServiceAccount, Access: q.access, Seen: job.Seen}
	return gate.Snapshot{
		Job: job, Expr: q.graph.Expr(ref), Invalid: q.invalid[ref], World: world,
		Cycle: world.Visible(q.graph.Cycle(ref)), Pods: q.pods[job.UID], JobsOnly: q.reach.jobsOnly, Now: q.now,
	}, exists
}

// Job returns what is known of a Job.
func (q *inquiry) Job(ref lang.Ref) (gate.Job, bool) {
	job, ok := q.jobs[ref]
	return job, ok
}

// Decision returns what should happen to a Job.
func (q *inquiry) Decision(ref lang.Ref) gate.Decision {
	d, ok := q.decisions[ref]
	if !ok {
		s, _ := q.Snapshot(ref)
		d = gate.Decide(s)
		q.decisions[ref] = d
	}
	return d
}

// Trace returns what its expression says, nil if it has none.
func (q *inquiry) Trace(ref lang.Ref) *lang.Trace {
	s, _ := q.Snapshot(ref)
	expr := gate.Deciding(s)
	if expr == nil {
		return nil
	}
	return expr.Trace(s.World, s.Job.Subject(), q.now, -1)
}

// Unreadable says why nothing is known of an object.
func (q *inquiry) Unreadable(ref lang.Ref) string { return q.unreadable[ref] }

// Expect returns when something may come of a Job.
func (q *inquiry) Expect(ref lang.Ref) forecast.Expectation { return q.forecast.Of(ref) }

// Estimate returns how long a Job may take.
func (q *inquiry) Estimate(ref lang.Ref) (forecast.Estimate, bool) { return q.history.Estimate(ref) }

// questions returns what must be allowed for those of some Jobs that wait, each once.
func (q *inquiry) questions(refs []lang.Ref) []gate.Question {
	var all []gate.Question
	for _, ref := range refs {
		if job, exists := q.jobs[ref]; exists && job.Waits() {
			all = append(all, job.Questions(q.graph.Expr(ref))...)
		}
	}
	seen := map[gate.Question]bool{}
	return slices.DeleteFunc(all, func(question gate.Question) bool {
		again := seen[question]
		seen[question] = true
		return again
	})
}
