package fairness

import (
	"sync"
	"time"
)

// A decision is made with the store locked for writers, so one that takes long keeps
// the watch waiting, and with it all namespaces. Few do: a Job with sets of very many
// members, or an array of a million elements that are counted one by one. The Jobs of
// a namespace that has had such a decision wait so many times as long.
const (
	longDecision = 20 * time.Millisecond
	timesAsLong  = 4
	longestWait  = 2 * time.Second
	// slowFor is how long a namespace counts as slow after such a decision.
	slowFor = 10 * time.Second
)

// Share keeps namespaces whose decisions take long to one at a time, and to a fifth of
// the time.
type Share struct {
	mu   sync.Mutex
	slow map[string]*slowness
}

// slowness is what is known of a namespace that has had a long decision.
type slowness struct {
	// last is when that ended, took how long it took, and next when the next may begin.
	last, next time.Time
	took       time.Duration
	// busy says that a decision is under way.
	busy bool
}

// NewShare returns one that knows of no long decision.
func NewShare() *Share { return &Share{slow: map[string]*slowness{}} }

// Begin returns how long a namespace waits for its next decision; 0 if that may begin
// now. Then End is to be called.
func (s *Share) Begin(namespace string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.slow[namespace]
	switch {
	case known == nil:
		return 0
	case known.busy:
		return min(known.took, longestWait)
	case now.Before(known.next):
		return known.next.Sub(now)
	case now.Sub(known.last) > slowFor:
		delete(s.slow, namespace)
		return 0
	}
	known.busy = true
	return 0
}

// End notes how long a decision about a Job of a namespace took.
func (s *Share) End(namespace string, took time.Duration, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.slow[namespace]
	if known != nil {
		known.busy = false
	}
	if took < longDecision {
		return
	}
	if known == nil {
		known = &slowness{}
		s.slow[namespace] = known
	}
	known.last, known.took, known.next = now, took, now.Add(min(timesAsLong*took, longestWait))
}
