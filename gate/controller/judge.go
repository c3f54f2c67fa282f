package controller

import (
	"context"
	"time"

	"depctl.dev/lang"
)

// What is in this file judges deadlocks beside all else. That a Job is in one is only a
// report: it is held until somebody edits it, judged or not. So nobody waits for it, and
// whoever is not judged yet is decided as one that waits.

// The steps of a judgement: atOnce is what is done with a change that brings it, and is
// all there is to do unless very many Jobs wait for one another. A slice of the rest takes
// a millisecond or two of the store's lock; in between, the judge rests so many times as
// long, and so changes that come by the dozen are judged together.
const (
	atOnce = 1_000
	slice  = 10_000
	rests  = 9
	// longestRest is for a machine on which a slice took long because others were busy.
	longestRest = 100 * time.Millisecond
)

// settle judges deadlocks for some steps, and returns those of which something else is
// reported. What is left is for the judge. It is called with the store's lock.
func (s *store) settle(steps int) []lang.Ref {
	var affected []lang.Ref
	affected, s.judging = s.graph.SettleFor(steps)
	if s.judging {
		select {
		case s.judge <- struct{}{}:
		default: // it was told
		}
	}
	return affected
}

// judgeSlice goes on with what is left, and reports whether anything still is.
func (s *store) judgeSlice(steps int) bool {
	seen := s.watch.Now()
	s.mu.Lock()
	affected := s.settle(steps)
	left := s.judging
	s.mu.Unlock()
	for _, ref := range affected {
		s.enqueue(ref, seen)
	}
	return left
}

// runJudge judges until ctx is done.
func (s *store) runJudge(ctx context.Context) {
	for {
		select {
		case <-s.judge:
		case <-ctx.Done():
			return
		}
		start := s.watch.Now()
		if s.judgeSlice(slice) {
			rest := min(rests*s.watch.Since(start), longestRest)
			select {
			case <-time.After(rest):
			case <-ctx.Done():
				return
			}
		}
	}
}
