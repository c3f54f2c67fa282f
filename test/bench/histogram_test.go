package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHistogram(t *testing.T) {
	t.Parallel()
	metrics := func(low, middle, all float64) map[string]float64 {
		return map[string]float64{
			"other": 7, `x_bucket{le="0.001"}`: low, `x_bucket{le="0.003"}`: middle, `x_bucket{le="+Inf"}`: all, "x_sum": 1,
		}
	}
	h := newHistogram(metrics(50, 100, 100), "x")
	require.Len(t, h, 3)
	for share, want := range map[float64]time.Duration{0.25: 500 * time.Microsecond, 0.5: time.Millisecond, 0.75: 2 * time.Millisecond, 1: 3 * time.Millisecond} {
		require.Equal(t, want, h.at(share), "%v", share)
	}
	later := newHistogram(metrics(50, 110, 120), "x").since(h)
	require.Equal(t, 2*time.Millisecond, later.at(0.25), "only what came since")
	require.Equal(t, 3*time.Millisecond, later.at(0.99), "above the last bucket nothing is known")
	require.Zero(t, h.since(h).at(0.5))
	require.Zero(t, newHistogram(nil, "x").at(0.5))
}
