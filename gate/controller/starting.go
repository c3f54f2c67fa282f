package controller

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// starting are the pods without a node, by their Jobs. Those of Jobs that the gate has released
// hold tokens of gate.StartingLimit. The lock of limits guards it.
type starting struct {
	// most is how many may be starting; 0 if nobody counts them.
	most  int64
	clock clock.PassiveClock
	// scope has the namespaces whose releases are this gate's. Another gate counts its own.
	scope Scope
	of    map[types.UID]*starter
	// listed says that all pods without a node are known.
	listed bool
}

// starter is a Job with pods that are starting. Pods may be seen before their Job.
type starter struct {
	namespace string
	// released says that the gate has released the Job, and pods is how many it has at once.
	released bool
	pods     int64
	// missing is how many of its first pods are still to be made, and since is when it began.
	missing int64
	since   time.Time
	// seen counts its pods so far, and unbound are those without a node. They count from a
	// time on; that of one with a scheduling gate is zero.
	seen    int64
	unbound map[types.UID]time.Time
}

// holderOf is who holds the tokens of the pods of a Job that are starting. What its release
// was given is the Job's own until the watch tells of the release.
func holderOf(job types.UID) types.UID { return "starting/" + job }

// countStarting has at most so many pods starting.
func (s *store) countStarting(most int64) {
	l := s.limits
	l.starting.most, l.starting.clock, l.starting.scope = most, s.clock, s.scope
	l.pool.SetLimit(gate.StartingLimit, most)
}

// allow sets the limits of namespaces that needs are about.
func (l *limits) allow(needs limit.Needs) {
	for _, need := range needs {
		if need.Limit.Namespace == "" && need.Limit != gate.StartingLimit {
			l.pool.SetLimit(need.Limit, gate.StartingShare(l.starting.most))
		}
	}
}

// started takes in a Job that the gate has released.
func (l *limits) started(job gate.Job) {
	if l.starting.most == 0 || !job.Released || !l.starting.scope.Has(job.Namespace) {
		return
	}
	if job.Outcome() != lang.Undecided {
		l.ended(job.UID)
		return
	}
	one := l.starter(job.UID, job.Namespace)
	one.pods = job.Pods()
	if !one.released {
		// Later only what is seen counts: the status of a Job may tell of a pod before its watch does.
		one.released, one.since, one.missing = true, l.starting.clock.Now(), max(0, one.pods-max(one.seen, job.Made))
		if !job.Started.IsZero() {
			one.since = job.Started
		}
	}
	if job.Gated || job.Suspended { // what it is to have does not start by itself
		one.missing = 0
	}
	one.missing = min(one.missing, max(0, one.pods-one.seen))
	l.recount(job.UID, one)
}

// ended takes in that a Job is over, or gone: its pods that are left go.
func (l *limits) ended(uid types.UID) {
	delete(l.starting.of, uid)
	l.pool.Release(holderOf(uid))
}

func (l *limits) starter(uid types.UID, namespace string) *starter {
	one := l.starting.of[uid]
	if one == nil {
		one = &starter{namespace: namespace, unbound: map[types.UID]time.Time{}}
		l.starting.of[uid] = one
	}
	return one
}

// recount has a Job hold tokens for its pods that are starting.
func (l *limits) recount(uid types.UID, one *starter) {
	now, n := l.starting.clock.Now(), int64(0)
	for _, since := range one.unbound {
		if !since.IsZero() && now.Sub(since) < gate.StartingTime {
			n++
		}
	}
	if now.Sub(one.since) < gate.StartingTime {
		n += one.missing
	}
	_, given := l.given[uid] // its release may be under way, and its first pods be seen before it
	switch {
	case one.released && n > 0: // anybody may make pods that name a Job: no more count than it has
		l.pool.Hold(holderOf(uid), gate.Starting(one.namespace, min(n, max(one.pods, 1))))
	case !one.released && len(one.unbound) == 0 && !given:
		l.ended(uid)
	default:
		l.pool.Release(holderOf(uid))
	}
}

// unbound takes in a pod without a node, and whether a scheduling gate keeps it from one.
func (l *limits) unbound(job types.UID, namespace string, pod types.UID, made time.Time, gated bool) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.starter(job, namespace)
	if one.namespace != namespace {
		return nil
	}
	since, known := one.unbound[pod]
	if !known {
		one.seen++
		one.missing = max(0, one.missing-1)
	}
	switch {
	case gated:
		made = time.Time{}
	case known && since.IsZero():
		made = l.starting.clock.Now()
	}
	one.unbound[pod] = made
	l.recount(job, one)
	return l.next()
}

// bound takes in that a pod has a node, or is gone.
func (l *limits) bound(job, pod types.UID) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.starting.of[job]
	if one == nil {
		return nil
	}
	delete(one.unbound, pod)
	l.recount(job, one)
	return l.next()
}

// retain takes in that no other pods are without a node.
func (l *limits) retain(pods map[types.UID]bool) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	for job, one := range l.starting.of {
		for pod := range one.unbound {
			if !pods[pod] {
				delete(one.unbound, pod)
			}
		}
		l.recount(job, one)
	}
	return l.next()
}

// expire no longer counts what has been starting for too long, and forgets the limits of
// namespaces in which nothing starts.
func (l *limits) expire() []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.starting.most == 0 {
		return nil
	}
	for uid, one := range l.starting.of {
		l.recount(uid, one)
	}
	waits := map[string]bool{}
	for _, claim := range l.waiting {
		waits[claim.Ref.Namespace] = true
	}
	for _, name := range l.pool.Limits() {
		namespace, one := strings.CutPrefix(name.String(), gate.StartingLimitOf("").String())
		if _, used, exists := l.pool.Tokens(name); one && exists && used == 0 && !waits[namespace] {
			l.pool.RemoveLimit(name)
		}
	}
	return l.next()
}
