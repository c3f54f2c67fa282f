package transport

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	testclock "k8s.io/utils/clock/testing"
	"pgregory.net/rapid"
)

// An API server whose clock differs from ours, that takes its time to answer.
func TestServerTimeIsNeverEarlyAndSoonNotLate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		local := testclock.NewFakePassiveClock(time.Unix(1_700_000_000, 0))
		offset := time.Duration(rapid.Int64Range(-1e13, 1e13).Draw(t, "offset"))
		server := func() time.Time { return local.Now().Add(offset) }
		pass := func(most time.Duration, what string) {
			local.SetTime(local.Now().Add(time.Duration(rapid.Int64Range(0, int64(most)).Draw(t, what))))
		}
		now := NewServerTime(local)
		transport := now.Wrap(roundTripper(func(*http.Request) (*http.Response, error) {
			pass(time.Second, "to the server")
			date := server().UTC().Format(http.TimeFormat)
			pass(time.Second, "back again")
			return &http.Response{Header: http.Header{"Date": {date}}, Body: http.NoBody}, nil
		}))
		for range rapid.IntRange(1, 20).Draw(t, "requests") {
			answer, err := transport.RoundTrip(&http.Request{})
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.False(t, now.Now().After(server()), "early by %s", now.Now().Sub(server()))
			require.Less(t, server().Sub(now.Now()), 2*time.Second)
			pass(time.Hour, "idle")
		}
	})
}

func TestServerTimeFollowsAServerThatIsSetBack(t *testing.T) {
	t.Parallel()
	local := testclock.NewFakePassiveClock(time.Unix(1_700_000_000, 0))
	now := NewServerTime(local)
	require.Equal(t, local.Now(), now.Now(), "before the first answer there is only the machine's time")
	for _, offset := range []time.Duration{time.Hour, -time.Hour, 0, -1500 * time.Millisecond, 10 * time.Second} {
		date := local.Now().Add(offset).Truncate(time.Second)
		now.saw(date, local.Now(), local.Now())
		require.WithinRange(t, now.Now(), local.Now().Add(offset-time.Second), local.Now().Add(offset))
	}
}
