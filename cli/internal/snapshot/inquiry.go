package snapshot

import (
	"maps"
	"slices"

	"depctl.dev/cli/cause"
	"depctl.dev/cli/explanation"
	"depctl.dev/cli/reference"
	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Inquiry is a world with what is expected of it. Its methods are those that packages
// explanation and overview ask.
type Inquiry struct {
	*World
	History *simulate.History
	// run is what is expected, once somebody asks.
	run *simulate.Run
}

// NewInquiry returns one of a world that does not change any more.
func NewInquiry(w *World) *Inquiry {
	w.Still()
	q := &Inquiry{World: w, History: simulate.NewHistory()}
	w.Learn(q.History)
	return q
}

// Snapshot returns what the gate would decide on.
func (q *Inquiry) Snapshot(ref lang.Ref) (gate.Snapshot, bool) {
	_, exists := q.Jobs[ref]
	return q.SnapshotOf(ref), exists
}

// Job returns what is known of a Job.
func (q *Inquiry) Job(ref lang.Ref) (gate.Job, bool) {
	job, ok := q.Jobs[ref]
	return job, ok
}

// Decision returns what should happen to a Job.
func (q *Inquiry) Decision(ref lang.Ref) gate.Decision { return q.Decide(ref) }

// Trace returns what its expression says, nil if it has none.
func (q *Inquiry) Trace(ref lang.Ref) *lang.Trace {
	s := q.SnapshotOf(ref)
	expr := gate.Deciding(s)
	if expr == nil {
		return nil
	}
	return expr.Trace(s.World, s.Job.Subject(), q.Now, -1)
}

// Denied returns the rights that a Job needs and does not have.
func (q *Inquiry) Denied(ref lang.Ref) []gate.Question {
	var list []gate.Question
	for _, question := range q.Jobs[ref].Questions(q.Graph.Expr(ref), q.Kinds) {
		if q.Access.Answer(question) == gate.Denied {
			list = append(list, question)
		}
	}
	return list
}

// Limits returns those of which a Job waits for tokens.
func (q *Inquiry) Limits(ref lang.Ref) []*explanation.Limit {
	var all []*explanation.Limit
	for _, short := range q.ShortOf(ref) {
		name := short.Limit.Name
		if short.Limit.Unread != "" {
			continue // the gate's word says it
		}
		l := &explanation.Limit{
			Namespace: name.Namespace, Name: name.Key, Needs: short.Needs, Tokens: short.Limit.Tokens, Used: short.Limit.Used,
			Missing: short.Limit.Problem != "", Place: short.Place, UsedBy: []explanation.TokenHolder{},
		}
		for _, h := range short.Limit.Holders {
			l.UsedBy = append(l.UsedBy, explanation.TokenHolder{Object: h.Ref.String(), Tokens: h.Tokens})
		}
		all = append(all, l)
	}
	return all
}

// Unreadable says why nothing is known of an object.
func (q *Inquiry) Unreadable(ref lang.Ref) string { return q.Unread[ref] }

// Near returns the name of a Job, or of a step of the same run, that one which is not there may
// mean. A name that differs in numbers only is another one, and no mistake.
func (q *Inquiry) Near(ref lang.Ref) string {
	var names []string
	for other := range q.Jobs {
		if other.Namespace == ref.Namespace && other.Run == ref.Run && other.Kind == ref.Kind &&
			reference.WithoutNumbers(other.Name) != reference.WithoutNumbers(ref.Name) {
			names = append(names, other.Name)
		}
	}
	slices.Sort(names)
	return lang.Nearest(ref.Name, names)
}

// Expect returns when something may come of a Job.
func (q *Inquiry) Expect(ref lang.Ref) simulate.Expectation {
	if q.run == nil {
		q.run = q.Simulate(simulate.Options{Length: q.Estimate})
	}
	return q.run.Expect(ref)
}

// Causes returns why a Job does not run, or has failed, as far as that was read.
func (q *Inquiry) Causes(ref lang.Ref) []cause.Cause { return q.World.CausesOf(ref) }

// Estimate returns how long a Job may take.
func (q *Inquiry) Estimate(ref lang.Ref) (simulate.Estimate, bool) { return q.History.Estimate(ref) }

// Refs returns all Jobs that are there, and what else waits, in no order.
func (q *Inquiry) Refs() []lang.Ref { return slices.Collect(maps.Keys(q.Jobs)) }

// Prerequisites returns what a Job waits for.
func (q *Inquiry) Prerequisites(ref lang.Ref) []lang.Ref { return q.Graph.Prerequisites(ref) }

// Dependents returns what waits for it.
func (q *Inquiry) Dependents(ref lang.Ref) []lang.Ref { return q.Graph.Dependents(ref) }
