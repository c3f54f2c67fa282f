package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"depctl.dev/test/sandbox"
)

type options struct {
	bin               string
	jobs, needs, rate int
	length            time.Duration
	profiles          string
}

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "", "the directory of kube and depctl-gate (default bin at the root of the module)")
	flag.IntVar(&o.jobs, "jobs", 100_000, "Jobs that wait, and as many that run")
	flag.IntVar(&o.needs, "needs", 10, "how many each waits for")
	flag.IntVar(&o.rate, "rate", 500, "completions a second")
	flag.DurationVar(&o.length, "for", time.Minute, "how long Jobs complete")
	flag.StringVar(&o.profiles, "profiles", "", "a directory for profiles of the gate: start.pprof, heap.pprof and steady.pprof (default none)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := replay(ctx, o); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func replay(ctx context.Context, o options) (err error) {
	s, err := sandbox.Start(ctx, sandbox.Options{Bin: o.bin, APIOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	if err := s.Install(ctx); err != nil {
		return err
	}
	url, err := s.Etcd()
	if err != nil {
		return err
	}
	scene, store := newScene(o.jobs, o.needs), etcd{url}
	began := time.Now()
	if err := store.load(ctx, slices.Concat(scene.running, scene.waiting)); err != nil {
		return err
	}
	fmt.Printf("wrote %d Jobs, %d edges, in %.1f s\n", 2*o.jobs, o.jobs*o.needs, time.Since(began).Seconds())
	gate, err := start(ctx, s, o)
	if err != nil {
		return err
	}
	return sustain(ctx, s, gate, scene, store, o)
}

// start starts the gate and waits until it has decided about all.
func start(ctx context.Context, s *sandbox.Sandbox, o options) (*sandbox.Gate, error) {
	began := time.Now()
	args := []string{"--report-qps=0"}
	if o.profiles != "" {
		args = append(args, "--profiling")
	}
	gate, err := s.StartGate(ctx, sandbox.GateOptions{Args: args})
	if err == nil {
		err = gate.WaitReady(ctx)
	}
	if err != nil {
		return nil, err
	}
	listed := time.Now()
	profiled := o.profile(ctx, gate, "start", "profile?seconds=5")
	err = wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 10*time.Minute, true, func(ctx context.Context) (bool, error) {
		m, err := scrape(ctx, gate)
		return m[`depctl_gate_waiting_jobs{state="waiting"}`] >= float64(o.jobs), err
	})
	if err != nil {
		return nil, fmt.Errorf("not all Jobs were decided: %w", err)
	}
	decided := time.Now()
	if err := errors.Join(<-profiled, <-o.profile(ctx, gate, "heap", "heap?gc=1")); err != nil {
		return nil, err
	}
	fmt.Printf("listed %.2f s after the start, all decided %.2f s after that; %s\n", listed.Sub(began).Seconds(), decided.Sub(listed).Seconds(), memory(gate))
	return gate, nil
}

// sustain completes Jobs at a steady rate and looks when others are released.
func sustain(ctx context.Context, s *sandbox.Sandbox, gate *sandbox.Gate, scene *scene, store etcd, o options) error {
	config := rest.CopyConfig(s.Config())
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	version, err := client.BatchV1().Jobs(namespace).List(ctx, metav1.ListOptions{Limit: 1})
	if err != nil {
		return err
	}
	total := min(o.jobs, int(o.length.Seconds())*o.rate)
	met, wanted := make(map[string]time.Time, total), 0
	w, err := client.BatchV1().Jobs(namespace).Watch(ctx, metav1.ListOptions{ResourceVersion: version.ResourceVersion})
	if err != nil {
		return err
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
			return err
		}
		for i := done; i < done+n; i++ {
			for _, dependent := range scene.dependents[i] {
				if scene.missing[dependent]--; scene.missing[dependent] == 0 {
					met[scene.waiting[dependent].Name], wanted = now, wanted+1
				}
			}
		}
		if done += n; done%(o.rate*10) < n {
			m, err := scrape(ctx, gate)
			if err != nil {
				return err
			}
			fmt.Printf("%6.1f s: %d completed, %d released of %d, queue %.0f, %s\n", time.Since(began).Seconds(), done,
				int(m["depctl_gate_released_total"]), wanted, m[`workqueue_depth{name="jobs"}`], memory(gate))
		}
	}
	elapsed := time.Since(began)
	if err := <-profiled; err != nil {
		return err
	}
	var latencies []time.Duration
	deadline := time.After(time.Minute)
	for len(latencies) < wanted {
		select {
		case one, open := <-released:
			if !open {
				return errors.New("the watch ended")
			}
			if at, ok := met[one.name]; ok {
				latencies = append(latencies, one.at.Sub(at))
				delete(met, one.name)
			}
		case <-deadline:
			return fmt.Errorf("%d of %d Jobs were not released a minute after the last completion", wanted-len(latencies), wanted)
		}
	}
	slices.SortFunc(latencies, cmp.Compare)
	fmt.Printf("%d completions in %.1f s, %d releases; completion written until release seen: p50 %v, p99 %v, most %v; %s\n",
		total, elapsed.Seconds(), len(latencies), latencies[len(latencies)/2], latencies[len(latencies)*99/100], latencies[len(latencies)-1], memory(gate))
	m, err := scrape(ctx, gate)
	fmt.Printf("seen by the gate until patch acknowledged: mean %.1f ms; gate's CPU %.1f s\n",
		1000*m["depctl_gate_release_latency_seconds_sum"]/m["depctl_gate_release_latency_seconds_count"], m["process_cpu_seconds_total"])
	return err
}

type seen struct {
	name string
	at   time.Time
}

// memory returns what the gate has now, and has had at most.
func memory(gate *sandbox.Gate) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", gate.Part().PID))
	field := func(name string) float64 {
		for line := range bytes.Lines(text) {
			if fields := strings.Fields(string(line)); len(fields) > 1 && fields[0] == name {
				n, _ := strconv.ParseFloat(fields[1], 64)
				return n / 1024
			}
		}
		return 0
	}
	return fmt.Sprintf("RSS %.0f MiB, at most %.0f", field("VmRSS:"), field("VmHWM:"))
}

// scrape returns the gate's metrics by their full names.
func scrape(ctx context.Context, gate *sandbox.Gate) (map[string]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+gate.Metrics()+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		return nil, err
	}
	values := map[string]float64{}
	for line := range bytes.Lines(text.Bytes()) {
		if name, number, ok := strings.Cut(strings.TrimSpace(string(line)), " "); ok && !strings.HasPrefix(name, "#") {
			if n, err := strconv.ParseFloat(number, 64); err == nil {
				values[name] = n
			}
		}
	}
	return values, nil
}
