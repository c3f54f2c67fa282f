package controller

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// goneJob is where the pods of a Job are that went, and since when.
type goneJob struct {
	namespace string
	since     time.Time
}

// countedJob is where a Job is, and whether it was released.
type countedJob struct {
	namespace string
	released  bool
}

// observe takes in a Job as it is now, with the tokens that it holds, and the pods that are
// known of it.
func (l *limits) observe(job gate.Job, holds limit.Needs, pods []gate.Pod) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started(job)
	elements := job.ElementTakes() != nil
	if elements {
		l.elementsOf(job, pods)
	}
	delete(l.gone, job.UID) // it was known under another name, as a step of a run
	switch {
	case l.counted[job.UID].released && !job.Released && job.Outcome() == lang.Undecided:
		return nil // the watch is behind
	case elements:
		l.byElement(job)
	case len(holds) > 0:
		l.forget(job.UID)
		delete(l.elements, job.UID)
		l.pool.Hold(job.UID, holds)
	case !job.Released && job.Outcome() == lang.Undecided:
		// Decisions have it in line, or not. Its release may be under way.
		delete(l.counted, job.UID)
		return nil
	default:
		l.forget(job.UID)
		delete(l.elements, job.UID)
		l.pool.Release(job.UID)
	}
	return l.next()
}

// remove takes in that a Job is gone. What it holds it holds until its pods are over, and so
// it does with what was given to it: the release may have reached the API server.
func (l *limits) remove(job gate.Job, now time.Time) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(job.UID)
	l.ended(job.UID)
	l.giveBackElements(job.UID)
	if l.pool.Holds(job.UID) {
		l.goes(job.UID, job.Namespace, now)
	} else {
		delete(l.elements, job.UID)
	}
	return l.next()
}

// forget leaves of a Job only the tokens that it has.
func (l *limits) forget(uid types.UID) {
	l.pool.Leave(uid)
	delete(l.counted, uid)
	delete(l.gone, uid)
	delete(l.waiting, uid)
	delete(l.given, uid)
	delete(l.sent, uid)
}

// relisted takes in that these are all Jobs: what was counted and is not there is gone.
func (l *limits) relisted(all []entry, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.counted) == 0 {
		return
	}
	exist := map[types.UID]bool{}
	for _, e := range all {
		exist[e.job.UID] = true
	}
	for uid, counted := range l.counted {
		if !exist[uid] {
			delete(l.counted, uid)
			l.goes(uid, counted.namespace, now)
		}
	}
}

// holds returns the tokens that a Job has.
func (s *store) holds(job gate.Job) limit.Needs {
	return job.Taken(func(q gate.Question) gate.Answer { return s.access.Answer(job.Ref(), q) })
}
