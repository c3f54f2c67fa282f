package fault

import (
	"context"
	"slices"
	"time"

	"depctl.dev/test/clusterworkload"
	"depctl.dev/test/history"
)

// Patience is how long nothing may happen to the Jobs of a graph before its end,
// whatever is done to the gate or to the API server: Kubernetes' own controllers wait for up to a
// minute between two tries to watch. A machine that is slow takes the longer, up to longest.
const (
	Patience = 150 * time.Second
	longest  = 15 * time.Minute
)

// Outcome is what came of a graph.
type Outcome struct {
	// Jobs is how many were judged, and Releases how many of them were released.
	Jobs, Releases int
	// Openings is how many elements were let go.
	Openings int
	// Violations says in words what is not as it must be.
	Violations []string
	// Slowest is the longest that a Job waited for nothing but the gate.
	Slowest time.Duration
	// Took is how long it took until all had ended.
	Took time.Duration
}

// Endure runs a graph to its end while these faults are done to the field, and
// judges it. An error of the faults themselves is a violation too.
func (f *Field) Endure(ctx context.Context, h *history.History, g *clusterworkload.Graph, kinds ...Kind) Outcome {
	var o Outcome
	violate := func(err error) {
		if err != nil {
			o.Violations = append(o.Violations, err.Error())
		}
	}
	suffering, relief := context.WithCancel(ctx)
	defer relief()
	suffered := make(chan error, 1)
	go func() { suffered <- f.Suffer(suffering, kinds...) }()

	start := time.Now()
	patient, cancel := patience(ctx, h)
	defer cancel()
	violate(g.Play(patient))
	violate(g.Await(patient, h))
	o.Took = time.Since(start)
	relief()
	violate(<-suffered)
	if ctx.Err() != nil {
		return Outcome{} // interrupted: nothing is to be said
	}

	events := slices.DeleteFunc(h.Events(), func(e history.Event) bool { return !g.Has(e.Job) || g.NamesDeployment(e.Job) })
	releases, violations := history.Judge(events)
	o.Releases = len(releases)
	for _, release := range releases {
		o.Slowest = max(o.Slowest, release.Latency())
	}
	o.Violations = append(o.Violations, violations...)
	if f.Pods != nil {
		openings, violations := history.JudgeElements(events, slices.DeleteFunc(f.Pods.Events(), func(e history.PodEvent) bool { return !slices.Contains(f.Spaces, e.Pod.Namespace) }))
		o.Openings, o.Violations = len(openings), append(o.Violations, violations...)
	}
	left := history.Left
	if g.Restless() {
		left = history.Stuck
	}
	o.Violations = append(o.Violations, left(events, time.Now(), time.Second)...)
	for _, e := range h.Last() {
		if g.Has(e.Job) && e.Job.Annotations[dependsOn] != "" {
			o.Jobs++
		}
	}
	return o
}

// patience returns a context that ends when nothing has happened for too long.
func patience(ctx context.Context, h *history.History) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	go func() {
		defer cancel()
		for happening := true; happening; {
			next, stop := context.WithTimeout(ctx, Patience)
			looks := 0 // the second one is at the next event
			happening = h.Wait(next, func(map[string]history.Event) bool { looks++; return looks > 1 }) == nil
			stop()
		}
	}()
	return ctx, cancel
}

const dependsOn = "depctl.dev/depends-on"
