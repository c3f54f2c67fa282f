package main

import (
	"context"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
)

// idealNudges is the nudge of docs/design/nudge.md and nothing else: as soon as the one pod of a
// Job has succeeded that alone keeps another one waiting, it sets a deadline of ten years. It
// never looks whether that has helped.
type idealNudges struct {
	client    kubernetes.Interface
	namespace string
	// alone are the Jobs of one pod for which somebody waits who waits for nobody else.
	alone   map[string]bool
	watcher watch.Interface
	ready   chan string

	watching, patching sync.WaitGroup
}

func newIdealNudges(client kubernetes.Interface, namespace string, w workload) *idealNudges {
	g := &idealNudges{client: client, namespace: namespace, alone: map[string]bool{}, ready: make(chan string, len(w.steps)+1)}
	sizes := map[string]int{}
	for _, s := range w.steps {
		sizes[s.name] = s.size
	}
	for _, s := range w.steps {
		if len(s.needs) == 1 && sizes[s.needs[0]] == 0 {
			g.alone[s.needs[0]] = true
		}
	}
	return g
}

func (g *idealNudges) start(ctx context.Context, version string, failed func(error)) (err error) {
	g.watcher, err = watchPods(ctx, g.client, g.namespace, version, "status.phase=Succeeded")
	if err != nil {
		return err
	}
	g.watching.Go(func() {
		defer close(g.ready)
		for e := range g.watcher.ResultChan() {
			pod, ok := e.Object.(*corev1.Pod)
			if !ok {
				continue
			}
			if name := pod.Labels[batchv1.JobNameLabel]; g.alone[name] {
				delete(g.alone, name)
				g.ready <- name
			}
		}
	})
	for range idealWorkers {
		g.patching.Go(func() {
			for name := range g.ready {
				_, err := g.client.BatchV1().Jobs(g.namespace).Patch(ctx, name, types.MergePatchType,
					[]byte(`{"spec":{"activeDeadlineSeconds":315360000}}`), metav1.PatchOptions{})
				if err != nil && !apierrors.IsNotFound(err) {
					failed(err)
				}
			}
		})
	}
	return nil
}

func (g *idealNudges) stop() {
	g.watcher.Stop()
	g.watching.Wait()
	g.patching.Wait()
}
