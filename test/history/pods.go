package history

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// gated is the label of the pods of Jobs that are released element by element,
// and the name of the scheduling gate that they have until their element may run.
const (
	gatedLabel     = "depctl.dev/gated"
	schedulingGate = "depctl.dev/depends-on"
)

// PodEvent is one state of a pod, as the watch sent it.
type PodEvent struct {
	At      time.Time
	Deleted bool
	Pod     *corev1.Pod
}

// Gated reports whether the pod waits for the gate.
func (e PodEvent) Gated() bool {
	return slices.ContainsFunc(e.Pod.Spec.SchedulingGates, func(g corev1.PodSchedulingGate) bool { return g.Name == schedulingGate })
}

// Pods is what one watch has seen of all pods that have, or had, the gate's
// scheduling gate, or of those that hold tokens, in order.
type Pods struct {
	mu     sync.Mutex
	events []PodEvent
	ended  error
}

// RecordPods starts to record those pods until ctx is done.
func RecordPods(ctx context.Context, client kubernetes.Interface) (*Pods, error) {
	return recordPods(ctx, client, gatedLabel)
}

// RecordHolders records like RecordPods, the pods that hold tokens of limits.
func RecordHolders(ctx context.Context, client kubernetes.Interface) (*Pods, error) {
	return recordPods(ctx, client, holdsLabel)
}

func recordPods(ctx context.Context, client kubernetes.Interface, label string) (*Pods, error) {
	list, err := client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{LabelSelector: label})
	if err != nil {
		return nil, fmt.Errorf("recording pods: %w", err)
	}
	w, err := watchtools.NewRetryWatcherWithContext(ctx, list.ResourceVersion, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector = label
			return client.CoreV1().Pods(metav1.NamespaceAll).Watch(ctx, o)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("recording pods: %w", err)
	}
	p := &Pods{}
	for i := range list.Items {
		p.add(PodEvent{At: time.Now(), Pod: &list.Items[i]})
	}
	go func() {
		defer w.Stop()
		for e := range w.ResultChan() {
			pod, ok := e.Object.(*corev1.Pod)
			if !ok {
				p.end(fmt.Errorf("the watch of pods ended: %v", e))
				return
			}
			p.add(PodEvent{At: time.Now(), Deleted: e.Type == watch.Deleted, Pod: pod})
		}
		p.end(ctx.Err())
	}()
	return p, nil
}

func (p *Pods) add(e PodEvent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, e)
}

func (p *Pods) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = err
}

// Events returns what was seen so far, in order.
func (p *Pods) Events() []PodEvent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.events)
}
