package controller

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/stream"
)

// reflector returns what lists and watches the Jobs of all namespaces: one
// stream, because only within one are events in the order in which they
// happened.
func (c *Controller) reflector(logger klog.Logger) *cache.Reflector {
	jobs := c.client.BatchV1().Jobs(metav1.NamespaceAll)
	return stream.Resuming(c.client, jobs, metav1.ListOptions{}, &batchv1.Job{}, c.store, cache.ReflectorOptions{Name: "jobs", Logger: &logger})
}

// podReflector returns what lists and watches the pods of arrays that are released
// element by element.
func (c *Controller) podReflector(logger klog.Logger) *cache.Reflector {
	return c.reflectorOfPods(logger, podStore{c.store}, metav1.ListOptions{LabelSelector: gate.GatedLabel})
}

// successReflector returns what lists and watches the pods that have succeeded of Jobs
// that somebody waits for: of what they do before, the API server tells nothing.
func (c *Controller) successReflector(logger klog.Logger) *cache.Reflector {
	return c.reflectorOfPods(logger, successStore{c.store}, metav1.ListOptions{
		LabelSelector: gate.AwaitedLabel, FieldSelector: "status.phase=" + string(corev1.PodSucceeded),
	})
}

// keptReflector returns what lists and watches the pods of Jobs that keep their result.
func (c *Controller) keptReflector(logger klog.Logger) *cache.Reflector {
	return c.reflectorOfPods(logger, keptStore{c.store}, metav1.ListOptions{LabelSelector: gate.KeepResultLabel})
}

func (c *Controller) reflectorOfPods(logger klog.Logger, store cache.ReflectorStore, only metav1.ListOptions) *cache.Reflector {
	pods := c.client.CoreV1().Pods(metav1.NamespaceAll)
	lw := cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector, o.FieldSelector = only.LabelSelector, only.FieldSelector
			return pods.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector, o.FieldSelector = only.LabelSelector, only.FieldSelector
			return pods.Watch(ctx, o)
		},
	}, c.client)
	return cache.NewReflectorWithOptions(lw, &corev1.Pod{}, store, cache.ReflectorOptions{
		Name: "pods", Logger: &logger, Backoff: stream.Relisting(),
	})
}
