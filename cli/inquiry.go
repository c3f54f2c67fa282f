package cli

import (
	"depctl.dev/cli/forecast"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// inquiry is a world with what is expected of it. Its methods are those that packages
// explanation, forecast and overview ask.
type inquiry struct {
	*world
	history   *forecast.History
	forecast  *forecast.Forecast
	decisions map[lang.Ref]gate.Decision
}

// newInquiry returns one of a world that does not change any more.
func newInquiry(w *world) *inquiry {
	w.settle()
	q := &inquiry{world: w, history: forecast.NewHistory(), decisions: map[lang.Ref]gate.Decision{}}
	for _, job := range w.jobs {
		q.history.Add(job)
	}
	for ref, text := range w.expected {
		if d, err := lang.ParseDuration(text); err == nil {
			q.history.Expect(ref, d)
		}
	}
	q.forecast = forecast.New(w.graph, q, q.history, w.now)
	return q
}

// Snapshot returns what the gate would decide on.
func (q *inquiry) Snapshot(ref lang.Ref) (gate.Snapshot, bool) {
	_, exists := q.jobs[ref]
	return q.snapshot(ref), exists
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
		d = q.decide(ref)
		q.decisions[ref] = d
	}
	return d
}

// Trace returns what its expression says, nil if it has none.
func (q *inquiry) Trace(ref lang.Ref) *lang.Trace {
	s := q.snapshot(ref)
	expr := gate.Deciding(s)
	if expr == nil {
		return nil
	}
	return expr.Trace(s.World, s.Job.Subject(), q.now, -1)
}

// Denied returns the rights that a Job needs and does not have.
func (q *inquiry) Denied(ref lang.Ref) []gate.Question {
	var list []gate.Question
	for _, question := range q.jobs[ref].Questions(q.graph.Expr(ref), nil) {
		if q.access.Answer(question) == gate.Denied {
			list = append(list, question)
		}
	}
	return list
}

// Unreadable says why nothing is known of an object.
func (q *inquiry) Unreadable(ref lang.Ref) string { return q.unreadable[ref] }

// Expect returns when something may come of a Job.
func (q *inquiry) Expect(ref lang.Ref) forecast.Expectation { return q.forecast.Of(ref) }

// Estimate returns how long a Job may take.
func (q *inquiry) Estimate(ref lang.Ref) (forecast.Estimate, bool) { return q.history.Estimate(ref) }

// Prerequisites returns what a Job waits for.
func (q *inquiry) Prerequisites(ref lang.Ref) []lang.Ref { return q.graph.Prerequisites(ref) }

// Dependents returns what waits for it.
func (q *inquiry) Dependents(ref lang.Ref) []lang.Ref { return q.graph.Dependents(ref) }
