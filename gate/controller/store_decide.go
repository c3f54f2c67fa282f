package controller

import (
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// decide gathers the snapshot of a Job and returns it with the decision. It
// returns false if the Job does not exist.
func (s *store) decide(ref lang.Ref) (gate.Job, gate.Decision, bool) {
	view := schedules{s, map[lang.Ref][]time.Time{}}
	defer func() { s.asked(view.asks) }()
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[ref]
	if !ok {
		return gate.Job{}, gate.Decision{}, false
	}
	world := s.seenBy(ref, e)
	world.Schedules = view
	if e.unread {
		e.excess = "held: what this Job waits for is a long text, which is still to be read"
	}
	var grants gate.Tokens
	var most int64
	if s.limits != nil {
		grants, most = tokens{s.limits, world.Access}, s.limits.starting.most
	}
	return e.job, gate.Decide(gate.Snapshot{
		Job: e.job, Expr: e.expr, Invalid: e.invalid, Excess: e.excess, Now: s.clock.Now(), JobsOnly: s.jobsOnly, NoResults: s.noResults, NoKueue: s.noKueue, Pods: s.pods.list(e.job.Owner()),
		Tokens: grants, MaxStarting: most, World: world, Failure: s.failure(e.job), Cycle: world.Visible(s.graph.Cycle(ref)),
	}), true
}

// seenBy returns the world of a Job.
func (s *store) seenBy(ref lang.Ref, e entry) gate.World {
	return gate.World{
		Graph: s.graph, Kinds: &s.kinds, Self: ref, Access: s.access.Look(ref, e.questions), Seen: e.seen,
		Job: e.job, Absent: s.absentSince,
	}
}

// mayLook returns whether a Job may look at an object, as far as is known. It asks
// nobody, and costs the same however many questions the Job has.
func (s *store) mayLook(ref lang.Ref, e entry, at lang.Ref) gate.Answer {
	if at.Namespace == ref.Namespace {
		return gate.Allowed
	}
	answer := gate.Denied
	for _, q := range gate.About(e.questions, at) {
		switch s.access.Answer(ref, q) {
		case gate.Allowed:
			return gate.Allowed
		case gate.Unasked:
			answer = gate.Unasked
		}
	}
	return answer
}
