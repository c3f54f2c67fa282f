package integration

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

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
	c, err := startCluster(ctx, sandbox.Options{Overlay: sandbox.Arrays})
	require.NoError(b, err)
	defer func() {
		c.end()
		require.NoError(b, c.Stop())
	}()
	g, err := c.StartGate(ctx, sandbox.GateOptions{Args: []string{"--report-qps", report}})
	require.NoError(b, err)
	require.NoError(b, g.WaitReady(ctx))

	// Jobs are made last to first, so that all wait for the one that starts it.
	many(jobs, func(i int) {
		_, err := c.client.BatchV1().Jobs(metav1.NamespaceDefault).Create(ctx, newJob(fmt.Sprint("load-", jobs-i), waits(jobs-i)), metav1.CreateOptions{})
		if err != nil {
			b.Error(err)
		}
	})
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

// BenchmarkStart measures how long a gate takes from the start of its process
// until it has decided about 10,000 Jobs, each of which waits for another.
//
//	go test ./test/integration -run '^$' -bench Start -benchtime 3x
func BenchmarkStart(b *testing.B) {
	const jobs = 10_000
	s := sandbox.New(b, sandbox.Options{APIOnly: true})
	require.NoError(b, s.Install(b.Context()))
	config := s.Config()
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	require.NoError(b, err)
	many(jobs, func(i int) {
		_, err := client.BatchV1().Jobs(metav1.NamespaceDefault).Create(b.Context(), newJob(fmt.Sprint("load-", i), fmt.Sprint("load-", i-1, ", other")), metav1.CreateOptions{})
		if err != nil {
			b.Error(err)
		}
	})
	decided, resident := 0*time.Second, 0.0
	for b.Loop() {
		start := time.Now()
		g, err := s.StartGate(b.Context(), sandbox.GateOptions{})
		require.NoError(b, err)
		require.NoError(b, g.WaitReady(b.Context()))
		var metrics map[string]float64
		require.Eventually(b, func() bool {
			metrics = scrape(b, g)
			sum := 0.0
			for sample, value := range metrics {
				if strings.HasPrefix(sample, "depctl_gate_decisions_total") {
					sum += value
				}
			}
			return sum >= jobs
		}, patience, 10*time.Millisecond)
		decided += time.Since(start)
		resident = metrics["process_resident_memory_bytes"]
		require.NoError(b, g.Kill())
	}
	b.ReportMetric(decided.Seconds()/float64(b.N), "s-to-all-decided")
	b.ReportMetric(resident/(1<<20), "MiB")
}
