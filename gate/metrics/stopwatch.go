package metrics

import (
	"sync"
	"time"

	"k8s.io/utils/clock"

	"depctl.dev/lang"
)

// Stopwatch remembers, for each Job that is to be decided, since when that could
// be: since something happened that may change the decision, or the time it
// waited for came. Its clock is the machine's, since it measures, whatever clock
// decisions are made by.
type Stopwatch struct {
	Clock clock.PassiveClock

	mu    sync.Mutex
	since map[lang.Ref]time.Time
}

// NewStopwatch returns one that measures by a clock.
func NewStopwatch(clock clock.PassiveClock) *Stopwatch {
	return &Stopwatch{Clock: clock, since: map[lang.Ref]time.Time{}}
}

// Start notes that a Job can be decided from a time on, if it cannot be sooner. It
// also puts back what Take returned, where the decision was not carried out.
func (s *Stopwatch) Start(ref lang.Ref, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if since, runs := s.since[ref]; !runs || at.Before(since) {
		s.since[ref] = at
	}
}

// Take returns since when a Job can be decided, and forgets it. It is called
// before the decision, so that what happens from then on counts anew.
func (s *Stopwatch) Take(ref lang.Ref) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Clock.Now()
	since, runs := s.since[ref]
	delete(s.since, ref)
	if !runs || since.After(now) {
		return now
	}
	return since
}
