package controller

import (
	"context"
	"errors"
	"net/http"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
	return resuming(c.client, jobs, metav1.ListOptions{}, &batchv1.Job{}, c.store, cache.ReflectorOptions{Name: "jobs", Logger: &logger})
}

// served is what lists and watches the objects of a resource; L is the type of the list.
type served[L runtime.Object] interface {
	List(ctx context.Context, o metav1.ListOptions) (L, error)
	Watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error)
}

// resuming returns what lists and watches those objects of a resource that only selects, and goes on from where it
// was whenever it can. object is one of them, and client the one that lists them.
func resuming[L runtime.Object](
	client any, objects served[L], only metav1.ListOptions, object any, store cache.ReflectorStore, options cache.ReflectorOptions,
) *cache.Reflector {
	lw := cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector, o.FieldSelector = only.LabelSelector, only.FieldSelector
			return objects.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector, o.FieldSelector = only.LabelSelector, only.FieldSelector
			w, err := objects.Watch(ctx, o)
			return w, resumable(err, o)
		},
	}, client)
	options.Backoff = relisting()
	return cache.NewReflectorWithOptions(lw, object, store, options)
}

// resumable returns the error of a watch that could not begin so that the reflector
// goes on from where it was. It does that where the connection is refused, and lists
// anew where a proxy answers 503, since there is no backend: but a list does not say
// how those ended that ended and went meanwhile, and the watch does. Where the API
// server does not know that time any more (410), there is only the list.
func resumable(err error, o metav1.ListOptions) error {
	var status apierrors.APIStatus
	answered := errors.As(err, &status)
	if err == nil || o.ResourceVersion == "" || o.SendInitialEvents != nil || answered && status.Status().Code < http.StatusInternalServerError {
		return err
	}
	return apierrors.NewTooManyRequests(err.Error(), 0) // what it takes for a reason to wait
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
		Name: "pods", Logger: &logger, Backoff: relisting(),
	})
}
