package main

import (
	"context"
	"strconv"
	"strings"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
)

// idealGate keeps the pods of an array from being scheduled, for the ideal gate.
const idealGate = "bench.depctl.dev/ideal"

// idealElements lets each element of one array run as soon as its own of another has
// succeeded.
type idealElements struct {
	client    kubernetes.Interface
	namespace string
	// of is the array that is waited for, which the Job controller's status tells of.
	of      string
	watcher watch.Interface
	ready   chan string

	watching, patching sync.WaitGroup

	mu sync.Mutex
	// pods are those that wait, by their index, and done the indexes that may run.
	pods map[int]string
	done map[int]bool
}

func (g *idealElements) start(ctx context.Context, version string, failed func(error)) (err error) {
	g.ready = make(chan string, 100_000)
	g.watcher, err = watchPods(ctx, g.client, g.namespace, version, "")
	if err != nil {
		return err
	}
	list, err := g.client.CoreV1().Pods(g.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for i := range list.Items {
		g.seePod(&list.Items[i])
	}
	g.watching.Go(func() {
		for e := range g.watcher.ResultChan() {
			if pod, ok := e.Object.(*corev1.Pod); ok {
				g.seePod(pod)
			}
		}
	})
	for range idealWorkers {
		g.patching.Go(func() {
			for name := range g.ready {
				_, err := g.client.CoreV1().Pods(g.namespace).Patch(ctx, name, types.JSONPatchType,
					[]byte(`[{"op":"remove","path":"/spec/schedulingGates"}]`), metav1.PatchOptions{})
				if err != nil {
					failed(err)
				}
			}
		})
	}
	return nil
}

func (g *idealElements) seePod(pod *corev1.Pod) {
	index, err := strconv.Atoi(pod.Annotations[batchv1.JobCompletionIndexAnnotation])
	if err != nil || len(pod.Spec.SchedulingGates) == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pods[index] == "" {
		g.pods[index] = pod.Name
		if g.done[index] {
			g.ready <- pod.Name
		}
	}
}

func (g *idealElements) seeJob(job *batchv1.Job) {
	if job.Name != g.of || job.Status.CompletedIndexes == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for run := range strings.SplitSeq(job.Status.CompletedIndexes, ",") {
		low, high, ok := strings.Cut(run, "-")
		if !ok {
			high = low
		}
		first, _ := strconv.Atoi(low)
		last, _ := strconv.Atoi(high)
		for i := first; i <= last; i++ {
			if !g.done[i] {
				g.done[i] = true
				if name := g.pods[i]; name != "" {
					g.ready <- name
				}
			}
		}
	}
}

// stop is called when nobody calls seeJob any more.
func (g *idealElements) stop() {
	g.watcher.Stop()
	g.watching.Wait()
	close(g.ready)
	g.patching.Wait()
}
