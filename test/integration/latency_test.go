package integration

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// BenchmarkRelease measures how long Jobs wait for nothing but the gate: from
// when a watch shows their prerequisite complete until it shows them released.
// At rest is a chain, whose Jobs are released one by one; a burst is 2,000 Jobs
// that wait for one. It is a measurement, not a test: see the figures.
//
//	go test ./test/integration -run '^$' -bench Release -benchtime 1x -timeout 30m
func BenchmarkRelease(b *testing.B) {
	for _, shape := range []struct {
		name   string
		jobs   int
		waits  func(i int) string
		report string
	}{
		{"rest", 30, func(i int) string { return fmt.Sprint("load-", i-1) }, "20"},
		{"burst", 2000, func(int) string { return "load-0" }, "20"},
		{"burst, conditions off", 2000, func(int) string { return "load-0" }, "0"},
	} {
		b.Run(shape.name, func(b *testing.B) {
			for b.Loop() {
				measure(b, shape.jobs, shape.waits, shape.report)
			}
		})
	}
}

func measure(b *testing.B, jobs int, waits func(int) string, report string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	c, err := startCluster(ctx, sandbox.Base)
	require.NoError(b, err)
	defer func() {
		c.end()
		require.NoError(b, c.Stop())
	}()
	g, err := c.StartGate(ctx, sandbox.GateOptions{Args: []string{"--report-qps", report}})
	require.NoError(b, err)
	require.NoError(b, g.WaitReady(ctx))

	// Jobs are made last to first, so that all wait for the one that starts it.
	var wg sync.WaitGroup
	todo := make(chan int)
	for range 16 {
		wg.Go(func() {
			for i := range todo {
				_, err := c.client.BatchV1().Jobs(metav1.NamespaceDefault).Create(ctx, newJob(fmt.Sprint("load-", i), waits(i)), metav1.CreateOptions{})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := jobs; i > 0; i-- {
		todo <- i
	}
	close(todo)
	wg.Wait()
	_, err = c.client.BatchV1().Jobs(metav1.NamespaceDefault).Create(ctx, newJob("load-0", ""), metav1.CreateOptions{})
	require.NoError(b, err)
	require.NoError(b, c.history.Wait(ctx, func(last map[string]history.Event) bool {
		for i := range jobs + 1 {
			if e, ok := last[fmt.Sprint("default/load-", i)]; !ok || e.Suspended() {
				return false
			}
		}
		return true
	}))
	releases, violations := history.Judge(c.history.Events())
	require.Empty(b, violations)
	require.Len(b, releases, jobs)
	var latencies []time.Duration
	for _, r := range releases {
		latencies = append(latencies, r.Latency())
	}
	slices.Sort(latencies)
	b.ReportMetric(float64(latencies[jobs/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(latencies[jobs*99/100].Microseconds())/1000, "p99-ms")
	metrics := scrape(b, g)
	b.ReportMetric(metrics["depctl_gate_release_latency_seconds_sum"]/metrics["depctl_gate_release_latency_seconds_count"]*1000, "gate-mean-ms")
	b.ReportMetric(metrics[`depctl_gate_condition_writes_total{result="written"}`]/float64(jobs), "conditions/Job")
}
