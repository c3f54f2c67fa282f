package fairness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestANamespaceOfLongDecisionsWaitsForOthers(t *testing.T) {
	t.Parallel()
	s, now := NewShare(), time.Unix(100, 0)
	s.End("n", longDecision-1, now)
	require.Zero(t, s.Begin("n", now), "a short one costs nothing")
	s.End("n", 50*time.Millisecond, now)
	require.Equal(t, 200*time.Millisecond, s.Begin("n", now))
	require.Zero(t, s.Begin("m", now), "another namespace")
	now = now.Add(200 * time.Millisecond)
	require.Zero(t, s.Begin("n", now))
	require.Equal(t, 50*time.Millisecond, s.Begin("n", now), "one at a time")
	s.End("n", time.Hour, now)
	require.Equal(t, longestWait, s.Begin("n", now))
	now = now.Add(longestWait)
	require.Zero(t, s.Begin("n", now))
	s.End("n", 0, now)
	require.Zero(t, s.Begin("n", now), "a short one is not waited for")
	s.End("n", 0, now)
	require.Zero(t, s.Begin("n", now.Add(slowFor)))
	require.Empty(t, s.slow, "it has been quick for a while")
}
