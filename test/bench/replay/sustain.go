package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"

	"depctl.dev/test/sandbox"
)

// sustain completes Jobs at a steady rate and looks when others are released.
func sustain(ctx context.Context, s *sandbox.Sandbox, gate *sandbox.Gate, scene *scene, store etcd, o options) (latencies []time.Duration, err error) {
	config := rest.CopyConfig(s.Config())
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	version, err := client.BatchV1().Jobs(scene.namespace).List(ctx, metav1.ListOptions{Limit: 1})
	if err != nil {
		return nil, err
	}
	total := min(o.running, int(o.length.Seconds())*o.rate)
	met, wanted := make(map[string]time.Time, total), 0
	w, err := watchtools.NewRetryWatcherWithContext(ctx, version.ResourceVersion, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return client.BatchV1().Jobs(scene.namespace).Watch(ctx, o)
		},
	})
	if err != nil {
		return nil, err
	}
	defer w.Stop()
	released := make(chan seen, o.jobs)
	go func() {
		defer close(released)
		for e := range w.ResultChan() {
			if job, ok := e.Object.(*batchv1.Job); ok && strings.HasPrefix(job.Name, "wait") && !*job.Spec.Suspend {
				released <- seen{job.Name, time.Now()}
			}
		}
	}()
	tick := time.NewTicker(time.Second / 50)
	defer tick.Stop()
	profiled := o.profile(ctx, gate, "steady", fmt.Sprintf("profile?seconds=%d", max(1, int(o.length.Seconds())/2)))
	began, done := time.Now(), 0
	for done < total {
		<-tick.C
		n := min(total, int(time.Since(began).Seconds()*float64(o.rate))) - done
		now := time.Now()
		// One by one, as the API server writes: each has its resourceVersion.
		var writing errgroup.Group
		for _, job := range scene.running[done : done+n] {
			writing.Go(func() error { return store.put(ctx, completed(job)) })
		}
		if err := writing.Wait(); err != nil {
			return nil, err
		}
		for i := done; i < done+n; i++ {
			for _, dependent := range scene.dependents[i] {
				if scene.missing[dependent]--; scene.missing[dependent] == 0 {
					met[scene.waiting[dependent].Name], wanted = now, wanted+1
				}
			}
		}
		if done += n; done%(o.rate*10) < n {
			m, err := gate.Scrape(ctx)
			if err != nil {
				return nil, err
			}
			fmt.Printf("%6.1f s: %d completed, %d released of %d, queue %.0f, %s\n", time.Since(began).Seconds(), done,
				int(m["depctl_gate_released_total"]), wanted, m[`workqueue_depth{name="jobs"}`], memoryText(gate))
		}
	}
	elapsed := time.Since(began)
	if err := <-profiled; err != nil {
		return nil, err
	}
	deadline := time.After(time.Minute)
	for len(latencies) < wanted {
		select {
		case one, open := <-released:
			if !open {
				return nil, errors.New("the watch ended")
			}
			if at, ok := met[one.name]; ok {
				latencies = append(latencies, one.at.Sub(at))
				delete(met, one.name)
			}
		case <-deadline:
			return nil, fmt.Errorf("%d of %d Jobs were not released a minute after the last completion", wanted-len(latencies), wanted)
		}
	}
	slices.SortFunc(latencies, cmp.Compare)
	fmt.Printf("%d completions in %.1f s, %d releases; completion written until release seen: p50 %v, p99 %v, most %v; %s\n",
		total, elapsed.Seconds(), len(latencies), latencies[len(latencies)/2], latencies[len(latencies)*99/100], latencies[len(latencies)-1], memoryText(gate))
	m, err := gate.Scrape(ctx)
	count := m["depctl_gate_release_latency_seconds_count"]
	fmt.Printf("seen by the gate until patch sent: mean %.2f ms, %.1f %% in 0.3 ms, %.1f %% in 3 ms, %.1f %% in 20 ms; until acknowledged: mean %.1f ms; gate's CPU %.1f s\n",
		1000*m["depctl_gate_decision_latency_seconds_sum"]/count, 100*m[`depctl_gate_decision_latency_seconds_bucket{le="0.0003"}`]/count,
		100*m[`depctl_gate_decision_latency_seconds_bucket{le="0.003"}`]/count, 100*m[`depctl_gate_decision_latency_seconds_bucket{le="0.02"}`]/count,
		1000*m["depctl_gate_release_latency_seconds_sum"]/count, m["process_cpu_seconds_total"])
	return latencies, err
}

type seen struct {
	name string
	at   time.Time
}
