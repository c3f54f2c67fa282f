package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/clusterworkload"
	"depctl.dev/test/fault"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// soak is a sandbox and what came of it so far.
type soak struct {
	options
	*fault.Field
	nights *nights
	etcd   string
	start  time.Time

	first, last          uint64
	graphs               int
	jobs, releases       int
	openings             int
	violations           int
	atFirst, atHalf, now memory
	half                 bool
}

// begin starts the gate.
func begin(ctx context.Context, s *sandbox.Sandbox, o options) (*soak, error) {
	client, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return nil, err
	}
	proxy, err := fault.NewProxy(s)
	if err != nil {
		return nil, err
	}
	k := &soak{options: o, first: o.seed, Field: &fault.Field{Sandbox: s, Client: client, Proxy: proxy, Span: span(o.jobs)}}
	if k.Gate, err = s.StartGate(ctx, sandbox.GateOptions{ServerURL: proxy.URL}); err == nil {
		err = k.Gate.WaitReady(ctx)
	}
	if err == nil {
		k.etcd, err = s.Etcd()
	}
	if err == nil {
		k.nights, err = beginNights(ctx, client, k.etcd)
	}
	if err != nil {
		proxy.Close()
		return nil, err
	}
	k.start = time.Now()
	return k, nil
}

func (k *soak) end() { k.Proxy.Close() }

// span is about how long a graph of so many Jobs runs.
func span(jobs int) time.Duration { return 5*time.Second + time.Duration(jobs)*50*time.Millisecond }

// round runs the graph of a seed, and removes it. The history is that of the
// graph only, or an hour's would fill the memory.
func (k *soak) round(ctx context.Context, seed uint64) error {
	recording, stop := context.WithCancel(ctx)
	defer stop()
	h, err := history.Follow(recording, k.etcd)
	if err != nil {
		return err
	}
	if k.Pods, err = history.FollowPods(recording, k.etcd); err != nil {
		return err
	}
	begin := clusterworkload.New
	if seed%2 == 0 {
		begin = clusterworkload.NewRestless
	}
	graph, err := begin(ctx, k.Client, seed, k.options.jobs, 2)
	if err != nil {
		return err
	}
	k.Spaces = slices.Sorted(maps.Values(graph.Spaces))
	kinds := k.choose(seed)
	o := k.Endure(ctx, h, graph, kinds...)
	if ctx.Err() != nil {
		return nil
	}
	fixing, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := k.Gate.WaitReady(fixing); err != nil {
		o.Violations = append(o.Violations, fmt.Sprintf("the gate is not well: %v", err))
	}
	k.look(ctx)
	k.graphs, k.last = k.graphs+1, seed
	k.jobs, k.releases, k.openings = k.jobs+o.Jobs, k.releases+o.Releases, k.openings+o.Openings
	fmt.Printf("%s seed %d [%s] %d Jobs, %d releases, %d elements in %s, the slowest took %s, %d violations, gate %s\n", time.Now().Format(time.TimeOnly), seed,
		strings.Join(fault.Names(kinds), " "), o.Jobs, o.Releases, o.Openings, o.Took.Round(100*time.Millisecond), o.Slowest.Round(10*time.Millisecond), len(o.Violations), k.now)
	for _, violation := range o.Violations {
		k.violate(errors.New(violation))
	}
	if len(o.Violations) > 0 {
		fmt.Println(k.Gate.LogTail())
	}
	removing, cancel := context.WithTimeout(ctx, fault.Patience)
	defer cancel()
	return graph.Remove(removing, h)
}

func (k *soak) violate(violation error) {
	k.violations++
	fmt.Printf("  VIOLATION %v\n", violation)
}

// choose returns one to three kinds of faults for the graph of a seed. From half
// time on, the gate is left alive.
func (k *soak) choose(seed uint64) (chosen []fault.Kind) {
	r := rand.New(rand.NewPCG(seed, 3))
	kinds := slices.Clone(k.faults)
	if time.Since(k.start) > k.length/2 {
		kinds = slices.DeleteFunc(kinds, func(kind fault.Kind) bool { return kind.Ends })
	}
	r.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	if at := slices.IndexFunc(kinds, func(kind fault.Kind) bool { return kind.Name == "hostile" }); at >= 0 {
		chosen = append(chosen, kinds[at]) // every graph has such a neighbour
		kinds = slices.Delete(kinds, at, at+1)
	}
	for _, kind := range kinds[:min(len(kinds), 1+r.IntN(3))] {
		// Two that end the gate would end each other's.
		if !kind.Ends || !slices.ContainsFunc(chosen, func(k fault.Kind) bool { return k.Ends }) {
			chosen = append(chosen, kind)
		}
	}
	return chosen
}

// look notes how much memory the gate has.
func (k *soak) look(ctx context.Context) {
	k.now = measure(ctx, k.Gate)
	if k.graphs == 0 {
		k.atFirst = k.now
	}
	if !k.half && time.Since(k.start) > k.length/2 {
		k.half, k.atHalf = true, k.now
	}
}

// summary ends the CronJobs, prints the last line and returns how many violations there were.
func (k *soak) summary(ctx context.Context) int {
	wrong, nights := k.nights.end(ctx)
	for _, violation := range wrong {
		k.violate(violation)
	}
	hits := k.Hits()
	var faults []string
	for _, what := range slices.Sorted(maps.Keys(hits)) {
		faults = append(faults, fmt.Sprintf("%d %s", hits[what], what))
	}
	fmt.Printf("soak: %s, seeds %d..%d, %d graphs, %d Jobs judged, %d releases, %d elements, %d violations; CronJobs: %s; faults: %s; gate at first %s, at half time %s, at the end %s\n",
		time.Since(k.start).Round(time.Second), k.first, k.last, k.graphs, k.jobs, k.releases, k.openings, k.violations, nights,
		strings.Join(faults, ", "), k.atFirst, k.atHalf, k.now)
	return k.violations
}
