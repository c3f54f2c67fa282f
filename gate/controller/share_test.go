package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestANamespaceOfLongDecisionsWaitsForOthers(t *testing.T) {
	t.Parallel()
	s, now := newShare(), time.Unix(100, 0)
	s.took("n", longDecision-1, now)
	require.Zero(t, s.wait("n", now), "a short one costs nothing")
	s.took("n", 50*time.Millisecond, now)
	require.Equal(t, 200*time.Millisecond, s.wait("n", now))
	require.Zero(t, s.wait("m", now), "another namespace")
	require.Zero(t, s.wait("n", now.Add(200*time.Millisecond)))
	s.took("n", time.Hour, now)
	require.Equal(t, longestWait, s.wait("n", now))
	s.wait("n", now.Add(longestWait))
	require.Empty(t, s.next)
}
