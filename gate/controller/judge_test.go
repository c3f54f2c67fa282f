package controller

import (
	"context"
	"fmt"
	"testing"
	"time"

	"k8s.io/utils/clock"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// ring makes n Jobs wait for one another.
func ring(t *testing.T, s *store, n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, s.Update(job(fmt.Sprintf("q%d", i), "1", fmt.Sprintf("q%d", (i+1)%n))))
	}
}

// A deadlock of many is judged beside all else: nobody's release waits for it.
func TestAReleaseGoesOnWhileDeadlocksAreJudged(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	const n = 2 * atOnce
	ring(t, s, n)
	require.True(t, s.judging)
	require.NoError(t, s.Update(job("b", "2", "a")))
	require.NoError(t, s.Update(job("a", "3", "")))
	asked()
	for slices := 1; ; slices++ {
		// At every moment of the judgement, a Job that ends is taken in at once.
		name := fmt.Sprintf("e%d", slices)
		require.NoError(t, s.Update(job("w"+name, "4", name)))
		asked()
		require.NoError(t, s.Update(job(name, "5", "", complete)))
		require.Contains(t, asked(), "w"+name)
		require.Equal(t, gate.Releasing, decided(t, s, "w"+name).Action)
		if !s.judging {
			require.Greater(t, slices, 3)
			break
		}
		s.judgeSlice(atOnce)
	}
	require.NoError(t, s.Update(job("a", "6", "", complete)))
	require.Equal(t, gate.Releasing, decided(t, s, "b").Action)
	require.Equal(t, gate.ReasonDependencyCycle, decided(t, s, "q0").Reason)

	// One edit opens the ring: that it was one is not said any more.
	require.NoError(t, s.Update(job("q7", "7", "a")))
	require.Equal(t, gate.Releasing, decided(t, s, "q7").Action)
	require.Equal(t, gate.ReasonWaiting, decided(t, s, "q0").Reason)
}

// The judge ends what is left, and does so again whenever something is.
func TestTheJudgeJudgesWhatIsLeft(t *testing.T) {
	t.Parallel()
	told := make(chan lang.Ref, 100*atOnce)
	s := newStore(func(ref lang.Ref, _ time.Time) { told <- ref }, clock.RealClock{})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		s.runJudge(ctx)
		close(ended)
	}()
	const n = 2 * atOnce
	for round := range 2 {
		ring(t, s, n)
		for seen := map[lang.Ref]bool{}; len(seen) < n; {
			ref := <-told
			s.mu.RLock()
			if s.graph.Cycle(ref) != nil {
				seen[ref] = true
			}
			s.mu.RUnlock()
		}
		require.NoError(t, s.Replace(nil, fmt.Sprint(round)))
	}
	stop()
	<-ended
}
