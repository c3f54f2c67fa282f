package simulate

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// What is in this file gives slots to Jobs that may run.

// readyJob is a Job that may run and has no slot yet.
type readyJob struct {
	ref lang.Ref
	// at is when it was released, and met since when it had waited for nothing but tokens.
	at, met time.Duration
	// turn counts those that were given tokens, in their order.
	turn int
	// rank is 0 where nobody goes by it.
	rank time.Duration
}

// runs is the rank of what runs already: it has its slot.
const runs = math.MaxInt64

func (a readyJob) compare(b readyJob) int {
	return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.at, b.at), cmp.Compare(a.turn, b.turn), a.ref.Compare(b.ref))
}

// queue has a Job wait for a slot.
func (r *Run) queue(job gate.Job, turn int) {
	one := readyJob{ref: job.Ref(), at: r.now, met: r.now, turn: turn}
	if at, waited := r.met[one.ref]; waited {
		one.met = at
	}
	if !job.Started.IsZero() {
		one.rank = runs
	}
	r.ready = append(r.ready, one)
}

// fill starts what is ready while there are slots, and what that lets start.
func (r *Run) fill() {
	for {
		r.startReady()
		r.decide() // some wait for a start, or for that fewer are starting
		if len(r.ready) == 0 || !r.isFree() {
			return
		}
	}
}

// refill has the slots of Jobs that end taken before anybody knows that they are over, as in a cluster: a node is free
// when a pod has ended, and its Job is complete later.
func (r *Run) refill() {
	for more := true; more; more = r.give() {
		r.startReady()
	}
}

// startReady starts what is ready, in order, while there are slots.
func (r *Run) startReady() {
	for i := range r.ready {
		if one := &r.ready[i]; r.Rank != nil && one.rank != runs && r.ranksPods(one.ref) {
			one.rank = r.world.Rank(one.ref)
		}
	}
	slices.SortFunc(r.ready, readyJob.compare)
	for len(r.ready) > 0 && r.isFree() {
		next := r.ready[0]
		r.ready = r.ready[1:]
		if r.world.Paused(next.ref) {
			r.Idle[next.ref] = paused
			continue
		}
		r.start(next)
	}
}

// ranksPods reports whether the pods of a Job have its rank.
func (r *Run) ranksPods(ref lang.Ref) bool {
	job, _ := r.world.Job(ref)
	return !r.PodRanks || job.AsksToWait()
}

func (r *Run) isFree() bool { return r.Slots == 0 || r.running < r.Slots }

func (r *Run) start(next readyJob) {
	job, _ := r.world.Job(next.ref)
	at := r.Now.Add(r.now)
	estimate, known := r.Length(next.ref)
	length := estimate.Duration
	if r.world.Empty(next.ref) {
		estimate, length, known = Estimate{Annotated: true}, 0, true
	}
	j := &Job{Ref: next.ref, Start: r.now, Estimate: estimate, Endless: !known}
	if !job.Started.IsZero() { // it runs already
		length -= at.Sub(job.Started)
		j.Overdue = known && length < 0
		length = max(length, 0)
	}
	if j.End = r.now; known {
		j.End += length
	}
	r.follow(j, next.met, next.at)
	if known && estimate.Guessed() {
		j.Guesses++
	}
	r.Jobs[next.ref] = j
	r.running++
	job.Released, job.Suspended = true, false
	r.become(job, func(o *lang.Object) {
		o.Started, o.Ready = true, true
		if o.StartedAt.IsZero() {
			o.StartedAt, o.ReadyAt = at, at
		}
	})
	if known {
		heap.Push(&r.events, event{at: j.End, ref: next.ref, ends: true})
	}
}
