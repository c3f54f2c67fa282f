package snapshot

import (
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// What is in this file has a simulation keep the gate's --max-starting: pods are starting from
// the release of their Job until it has a slot.

// keepStarting has no more pods starting than may be. Of the Jobs that wait for that, the gate's
// word no longer counts.
func (w *World) keepStarting() {
	most := w.maxStarting
	for ref, job := range w.Jobs {
		if c := job.Condition; c != nil && c.Reason == gate.ReasonTooManyStarting {
			job.Condition = nil
			w.Jobs[ref] = job
		}
		if most > 0 {
			w.ledger.pool.SetLimit(gate.StartingLimitOf(job.Namespace), gate.StartingShare(most))
		}
	}
	if most > 0 {
		w.Reach.Limits = true // without them it has no line
		w.ledger.pool.SetLimit(gate.StartingLimit, most)
	}
}

// starterOf is who holds the tokens of the pods of a Job that are starting.
func starterOf(ref lang.Ref) lang.Ref {
	ref.Kind = "starting"
	return ref
}

// countStarting takes in how a Job was and is.
func (w *World) countStarting(was, is gate.Job) {
	ref := is.Ref()
	switch {
	case w.maxStarting == 0:
	case is.Object.Started || is.Outcome() != lang.Undecided:
		w.ledger.started(ref)
	case is.Released && !was.Released && is.Pods() > 0:
		w.ledger.starting[ref] = w.Now
		w.ledger.pool.Hold(starterOf(ref), gate.Starting(ref.Namespace, is.Pods()))
	}
}

// started counts the pods of a Job no more.
func (l *ledger) started(ref lang.Ref) {
	delete(l.starting, ref)
	l.pool.Release(starterOf(ref))
}

// expireStarting counts no more what has been starting for too long.
func (w *World) expireStarting() {
	for ref, since := range w.ledger.starting {
		if w.Now.Sub(since) >= gate.StartingTime {
			w.ledger.started(ref)
		}
	}
}
