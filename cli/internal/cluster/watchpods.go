package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// PodStream is which pods are watched together: those of a namespace, or of all if it is
// empty, that a selector matches.
type PodStream struct{ Namespace, Selector string }

// Pods is what is done with pods that are watched; each is called with the lock of the
// Watcher.
type Pods struct {
	// Replaced is called with all pods of a stream, Set and Removed with one.
	Replaced     func([]*corev1.Pod)
	Set, Removed func(*corev1.Pod)
}

// WatchPods begins to watch pods, as Watch does Jobs.
func (w *Watcher) WatchPods(ctx context.Context, client Client, s PodStream, do Pods) {
	pods := client.CoreV1().Pods(s.Namespace)
	w.reflect(ctx, s, client, &corev1.Pod{}, &stored[*corev1.Pod]{w: w, set: do.Set, removed: do.Removed, replaced: do.Replaced},
		func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = s.Selector
			return pods.List(ctx, o)
		}, func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector = s.Selector
			return pods.Watch(ctx, o)
		})
}
