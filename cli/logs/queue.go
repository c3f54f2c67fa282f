package logs

import (
	"fmt"
	"slices"
)

// queue has the logs that are to be read. Those that had ended when the command began come
// first, one after the other, so that they are not mixed.
type queue struct {
	waiting []*source
	// active is how many are read now, and backlog how many of the old ones are not read yet.
	active, backlog int
	begun, closed   bool
}

func (q *queue) isEmpty() bool { return len(q.waiting) == 0 && q.active == 0 }

// push adds a log; over says that it has ended.
func (q *queue) push(s *source, over bool) {
	if s.old = over && !q.begun; s.old {
		q.backlog++
	}
	q.waiting = append(q.waiting, s)
}

// pop returns the next log to be read, nil if there is none or no room: at most so many
// are read at once.
func (q *queue) pop(most int) *source {
	if q.backlog > 0 {
		most = 1
	}
	if len(q.waiting) == 0 || q.active >= most || q.closed {
		return nil
	}
	at := 0
	if !q.begun || q.backlog > 0 {
		q.begun = true
		at = max(0, slices.IndexFunc(q.waiting, func(s *source) bool { return s.old }))
	}
	s := q.waiting[at]
	q.waiting = slices.Delete(q.waiting, at, at+1)
	q.active++
	return s
}

// done takes in that a log is read.
func (q *queue) done(s *source) {
	q.active--
	if s.old {
		q.backlog--
	}
	s.old, s.queued = false, false
	s.next++
}

// start begins to read what is queued, as far as there is room.
func (f *follower) start() {
	for s := f.queue.pop(f.maxRequests); s != nil; s = f.queue.pop(f.maxRequests) {
		p, j := s.pod.pod, f.jobs[s.pod.job]
		out := f.out.writer("")
		if f.prefixed {
			out.prefix = f.prefixOf(j.Job, p, s.container)
		}
		l := &stream{follower: f, source: s, number: s.next, name: f.names.pod(j.Job, p), tail: f.tailOf(p, s.container, out)}
		f.reading.Go(l.follow)
	}
	if waiting := len(f.queue.waiting); waiting > 0 && f.queue.backlog == 0 && !f.queue.closed {
		f.once("room", fmt.Sprintf("there are more logs than --max-log-requests=%d allows at once: each of the others begins when one of these ends", f.maxRequests))
	}
}
