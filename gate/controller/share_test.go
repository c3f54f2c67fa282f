package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestANamespaceOfLongDecisionsWaitsForOthers(t *testing.T) {
	t.Parallel()
	s, now := newShare(), time.Unix(100, 0)
	s.end("n", longDecision-1, now)
	require.Zero(t, s.begin("n", now), "a short one costs nothing")
	s.end("n", 50*time.Millisecond, now)
	require.Equal(t, 200*time.Millisecond, s.begin("n", now))
	require.Zero(t, s.begin("m", now), "another namespace")
	now = now.Add(200 * time.Millisecond)
	require.Zero(t, s.begin("n", now))
	require.Equal(t, 50*time.Millisecond, s.begin("n", now), "one at a time")
	s.end("n", time.Hour, now)
	require.Equal(t, longestWait, s.begin("n", now))
	now = now.Add(longestWait)
	require.Zero(t, s.begin("n", now))
	s.end("n", 0, now)
	require.Zero(t, s.begin("n", now), "a short one is not waited for")
	s.end("n", 0, now)
	require.Zero(t, s.begin("n", now.Add(slowFor)))
	require.Empty(t, s.slow, "it has been quick for a while")
}
