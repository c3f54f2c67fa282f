package main

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ideal is the gate that knows everything beforehand.
type ideal struct {
	client     kubernetes.Interface
	namespace  string
	dependents map[string][]string
	missing    map[string]int
	ready      chan string
	wg         sync.WaitGroup
	requests   int
}

// idealWorkers is how many patches it sends at once, as many as the gate.
const idealWorkers = 16

// newIdeal returns one for a workload. Like the gate's, its client is limited by
// nothing that it would notice.
func newIdeal(config *rest.Config, namespace string, w workload) (*ideal, error) {
	config = rest.CopyConfig(config)
	config.QPS, config.UserAgent = -1, "ideal-gate"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	g := &ideal{
		client: client, namespace: namespace, dependents: map[string][]string{}, missing: map[string]int{},
		ready: make(chan string, len(w.steps)),
	}
	for _, s := range w.steps {
		g.missing[s.name] = len(s.needs)
		for _, need := range s.needs {
			g.dependents[need] = append(g.dependents[need], s.name)
		}
	}
	return g, nil
}

// start begins to patch what complete says is ready.
func (g *ideal) start(ctx context.Context, failed func(error)) {
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
}

// complete is called once for each Job that is Complete, by one goroutine.
func (g *ideal) complete(name string) {
	for _, dependent := range g.dependents[name] {
		if g.missing[dependent]--; g.missing[dependent] == 0 {
			g.requests++
			g.ready <- dependent
		}
	}
}

func (g *ideal) stop() {
	close(g.ready)
	g.wg.Wait()
}
