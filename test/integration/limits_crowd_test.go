package integration

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"golang.org/x/sync/errgroup"

	"depctl.dev/test/history"
)

var crowd = flag.Int("crowd", 60, "how many Jobs wait for one limit")

// A crowd waits for one limit: tokens are given on as they come back, never more than there are, and each Job is
// written to once. It logs how long a token lies idle.
func aCrowdWaitsForOneLimit(t *testing.T, c *cluster, _ func()) {
	const tokens = 10
	s := c.namespace(t)
	s.limits(map[string]string{"licence": "0"})
	began := time.Now()
	var makers errgroup.Group
	makers.SetLimit(16)
	for i := range *crowd {
		makers.Go(func() error {
			_, err := s.client.BatchV1().Jobs(s.name).Create(t.Context(), newJob(fmt.Sprintf("j-%05d", i), "", uses("licence")), metav1.CreateOptions{})
			return err
		})
	}
	require.NoError(t, makers.Wait())
	t.Logf("%d Jobs were made in %v", *crowd, time.Since(began).Round(time.Second))
	s.limits(map[string]string{"licence": fmt.Sprint(tokens)})
	enough := min(*crowd, 500)
	s.eventually(fmt.Sprintf("%d of the crowd end", enough), func(last map[string]history.Event) bool {
		ended := 0
		for _, e := range last {
			if e.Job.Namespace == s.name && e.Is(batchv1.JobComplete) {
				ended++
			}
		}
		return ended >= enough
	})
	require.LessOrEqual(t, s.most(), int64(tokens))
	var freed, taken []time.Time
	seen := map[string]history.Event{}
	for _, e := range s.history.Events() {
		if e.Job.Namespace != s.name {
			continue
		}
		before := seen[e.Key()]
		seen[e.Key()] = e
		if e.Is(batchv1.JobComplete) && before.Job != nil && !before.Is(batchv1.JobComplete) {
			freed = append(freed, e.At)
		}
		if before.Job != nil && before.Suspended() && !e.Suspended() {
			taken = append(taken, e.At)
		}
	}
	require.GreaterOrEqual(t, len(taken), enough)
	var idle []time.Duration
	for i, at := range freed {
		if i+tokens < len(taken) {
			idle = append(idle, taken[i+tokens].Sub(at))
		}
	}
	slices.Sort(idle)
	t.Logf("from a token that comes back to the release that takes it: p50 %v, p99 %v of %d",
		idle[len(idle)/2].Round(time.Millisecond), idle[len(idle)*99/100].Round(time.Millisecond), len(idle))
	written := map[string]int{}
	for _, r := range s.requests() {
		if r.ObjectRef.Resource == "jobs" && r.ObjectRef.Name != "" {
			written[r.ObjectRef.Name]++
		}
	}
	for name, n := range written {
		require.LessOrEqual(t, n, 2, name) // its release, and a nudge
	}
}
