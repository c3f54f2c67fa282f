package controller

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
)

// share keeps namespaces whose decisions take long to a fifth of the time.
type share struct {
	mu   sync.Mutex
	next map[string]time.Time
}

func newShare() *share { return &share{next: map[string]time.Time{}} }

// took notes how long a decision about a Job of a namespace took.
func (s *share) took(namespace string, took time.Duration, now time.Time) {
	if took < longDecision {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next[namespace] = now.Add(min(timesAsLong*took, longestWait))
}

// wait returns how long a namespace waits for its next decision.
func (s *share) wait(namespace string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, waits := s.next[namespace]
	if !waits {
		return 0
	}
	if !now.Before(next) {
		delete(s.next, namespace)
		return 0
	}
	return next.Sub(now)
}
