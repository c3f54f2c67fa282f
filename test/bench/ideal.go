package main

import (
	"context"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// ideal is the gate that knows everything beforehand.
type ideal struct {
	client     kubernetes.Interface
	namespace  string
	dependents map[string][]string
	missing    map[string]int
	complete   map[string]bool
	ready      chan string
	wg         sync.WaitGroup
	watcher    watch.Interface
	// elements is not nil where elements wait for one another, and nudges where Jobs are nudged.
	elements *idealElements
	nudges   *idealNudges
}

// idealWorkers is how many patches it sends at once, as many as the gate.
const idealWorkers = 16

// newIdeal returns one for a workload, which nudges or does not. Like the gate's, its client is
// limited by nothing that it would notice.
func newIdeal(config *rest.Config, namespace string, w workload, nudge bool) (*ideal, error) {
	config = rest.CopyConfig(config)
	config.QPS, config.UserAgent = -1, "ideal-gate"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	g := &ideal{
		client: client, namespace: namespace, dependents: map[string][]string{}, missing: map[string]int{}, complete: map[string]bool{},
		ready: make(chan string, len(w.steps)),
	}
	for _, s := range w.steps {
		if s.byElement {
			g.elements = &idealElements{client: client, namespace: namespace, of: s.needs[0], pods: map[int]string{}, done: map[int]bool{}}
			continue
		}
		g.missing[s.name] = len(s.needs)
		for _, need := range s.needs {
			g.dependents[need] = append(g.dependents[need], s.name)
		}
	}
	if nudge {
		g.nudges = newIdealNudges(client, namespace, w)
	}
	return g, nil
}

// start begins to watch, and to patch what is ready. Like the gate, it has a watch of
// its own.
func (g *ideal) start(ctx context.Context, failed func(error)) error {
	watcher, version, err := watchJobs(ctx, g.client, g.namespace)
	if err != nil {
		return err
	}
	g.watcher = watcher
	if g.elements != nil {
		if err := g.elements.start(ctx, version, failed); err != nil {
			return err
		}
	}
	if g.nudges != nil {
		if err := g.nudges.start(ctx, version, failed); err != nil {
			return err
		}
	}
	g.wg.Go(func() {
		defer close(g.ready)
		for e := range watcher.ResultChan() {
			job, ok := e.Object.(*batchv1.Job)
			if ok && g.elements != nil {
				g.elements.seeJob(job)
			}
			if ok && has(job, batchv1.JobComplete) {
				g.see(job.Name)
			}
		}
	})
	for range idealWorkers {
		g.wg.Go(func() {
			for name := range g.ready {
				_, err := g.client.BatchV1().Jobs(g.namespace).Patch(ctx, name, types.MergePatchType,
					[]byte(`{"spec":{"suspend":false}}`), metav1.PatchOptions{})
				if err != nil {
					failed(err)
				}
			}
		})
	}
	return nil
}

// see is called for a Job that is Complete, by one goroutine.
func (g *ideal) see(name string) {
	if g.complete[name] {
		return
	}
	g.complete[name] = true
	for _, dependent := range g.dependents[name] {
		if g.missing[dependent]--; g.missing[dependent] == 0 {
			g.ready <- dependent
		}
	}
}

func (g *ideal) stop() {
	g.watcher.Stop()
	g.wg.Wait()
	if g.elements != nil {
		g.elements.stop()
	}
	if g.nudges != nil {
		g.nudges.stop()
	}
}
