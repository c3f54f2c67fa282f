package controller

import (
	"sync"
	"time"

	"k8s.io/utils/clock"

	"depctl.dev/lang"
)

// stopwatch remembers, for each Job that is to be decided, since when that could
// be: since something happened that may change the decision, or the time it
// waited for came. Its clock is the machine's, since it measures, whatever clock
// decisions are made by.
type stopwatch struct {
	clock clock.PassiveClock

	mu    sync.Mutex
	since map[lang.Ref]time.Time
}

func newStopwatch(clock clock.PassiveClock) *stopwatch {
	return &stopwatch{clock: clock, since: map[lang.Ref]time.Time{}}
}

// start notes that a Job can be decided from a time on, if it cannot be sooner. It
// also puts back what take returned, where the decision was not carried out.
func (s *stopwatch) start(ref lang.Ref, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if since, runs := s.since[ref]; !runs || at.Before(since) {
		s.since[ref] = at
	}
}

// take returns since when a Job can be decided, and forgets it. It is called
// before the decision, so that what happens from then on counts anew.
func (s *stopwatch) take(ref lang.Ref) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	since, runs := s.since[ref]
	delete(s.since, ref)
	if !runs || since.After(now) {
		return now
	}
	return since
}
