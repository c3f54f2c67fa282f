package serve

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clocktesting "k8s.io/utils/clock/testing"
)

func TestASignedBodyUnderAnotherKey(t *testing.T) {
	t.Parallel()
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC))
	r := newReplays(clock, time.Hour)
	pass := func(d time.Duration) { clock.SetTime(clock.Now().Add(d)) }
	require.True(t, r.first("etl/load", []byte("x"), "1"))
	require.True(t, r.first("etl/load", []byte("x"), "1"), "the same again")
	require.False(t, r.first("etl/load", []byte("x"), "2"))
	require.True(t, r.first("etl/other", []byte("x"), "2"), "another CronJob has another Secret")
	require.True(t, r.first("etl/load", []byte("y"), "2"))
	pass(time.Hour)
	require.False(t, r.first("etl/load", []byte("x"), "3"), "as old as the window")
	pass(time.Minute)
	require.False(t, r.first("etl/load", []byte("x"), "3"), "in the window before")
	pass(61 * time.Minute)
	require.True(t, r.first("etl/load", []byte("x"), "3"), "forgotten")
	pass(24 * time.Hour)
	require.True(t, r.first("etl/load", []byte("x"), "4"), "nothing came for long")
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	r := newReplays(clocktesting.NewFakePassiveClock(time.Unix(0, 0)), time.Hour)
	for n := range 3 * mostReplays {
		require.True(t, r.first("etl/load", []byte(strconv.Itoa(n)), "1"))
	}
	require.LessOrEqual(t, len(r.now)+len(r.before), 2*mostReplays)
	require.False(t, r.first("etl/load", []byte(strconv.Itoa(3*mostReplays-1)), "2"))
}
