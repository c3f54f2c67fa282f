package transport

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/clock"
)

func TestPaceFollowsTheAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer time.Duration
		want   []time.Duration // when each of four requests is sent
	}{
		"at rest":                     {5 * time.Millisecond, []time.Duration{0, 50 * time.Millisecond, 100 * time.Millisecond, 150 * time.Millisecond}},
		"under load":                  {100 * time.Millisecond, []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}},
		"when it can hardly be asked": {3 * time.Second, []time.Duration{0, 5 * time.Second, 10 * time.Second, 15 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var mu sync.Mutex
				var got []time.Duration
				paced := NewAdaptiveThrottle(clock.RealClock{}).Wrap(roundTripper(func(*http.Request) (*http.Response, error) {
					mu.Lock()
					got = append(got, time.Since(began))
					mu.Unlock()
					time.Sleep(test.answer)
					return nil, nil
				}))
				var wg sync.WaitGroup
				for range test.want {
					wg.Go(func() {
						request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api", nil)
						require.NoError(t, err)
						_, err = paced.RoundTrip(request) //nolint:bodyclose // there is none
						require.NoError(t, err)
					})
				}
				wg.Wait()
				require.Equal(t, test.want, got)
			})
		})
	}
}

// Whoever gives up while it waits leaves the turn to the next.
func TestPaceLetsGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		paced := NewAdaptiveThrottle(clock.RealClock{}).Wrap(roundTripper(func(*http.Request) (*http.Response, error) {
			sent++
			time.Sleep(time.Second)
			return nil, nil
		}))
		send := func(patience time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://api", nil)
			require.NoError(t, err)
			_, err = paced.RoundTrip(request) //nolint:bodyclose // there is none
			return err
		}
		require.NoError(t, send(time.Minute))
		require.ErrorIs(t, send(time.Second), context.DeadlineExceeded)
		require.NoError(t, send(time.Minute))
		require.Equal(t, 2, sent)
	})
}
