package controller

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
)

// relisting is how long the gate waits for the next try to watch. client-go's own
// wait grows to a minute, so that after a restart of the API server all Jobs would
// wait that long for nothing; a gate or two cannot overrun it.
func relisting() *wait.Backoff {
	return &wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.5, Steps: 10, Cap: 2 * time.Second}
}

// reflector returns what lists and watches the Jobs of all namespaces: one
// stream, because only within one are events in the order in which they
// happened.
func (c *Controller) reflector(logger klog.Logger) *cache.Reflector {
	jobs := c.client.BatchV1().Jobs(metav1.NamespaceAll)
	lw := cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return jobs.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return jobs.Watch(ctx, o)
		},
	}, c.client)
	return cache.NewReflectorWithOptions(lw, &batchv1.Job{}, c.store, cache.ReflectorOptions{
		Name: "jobs", Logger: &logger, Backoff: relisting(),
	})
}

// podReflector returns what lists and watches the pods that are marked.
func (c *Controller) podReflector(logger klog.Logger) *cache.Reflector {
	pods := c.client.CoreV1().Pods(metav1.NamespaceAll)
	lw := cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = gate.GatedLabel
			return pods.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector = gate.GatedLabel
			return pods.Watch(ctx, o)
		},
	}, c.client)
	return cache.NewReflectorWithOptions(lw, &corev1.Pod{}, podStore{c.store}, cache.ReflectorOptions{
		Name: "pods", Logger: &logger, Backoff: relisting(),
	})
}
