package stream

import (
	"context"
	"errors"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

// Relisting is how long the gate waits for the next try to watch. client-go's own
// wait grows to a minute, so that after a restart of the API server all Jobs would
// wait that long for nothing; a gate or two cannot overrun it.
func Relisting() *wait.Backoff {
	return &wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.5, Steps: 10, Cap: 2 * time.Second}
}

// Served is what lists and watches the objects of a resource; L is the type of the list.
type Served[L runtime.Object] interface {
	List(ctx context.Context, o metav1.ListOptions) (L, error)
	Watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error)
}

// Resuming returns what lists and watches those objects of a resource that only selects, and goes on from where it
// was whenever it can. object is one of them, and client the one that lists them.
func Resuming[L runtime.Object](
	client any, objects Served[L], only metav1.ListOptions, object any, store cache.ReflectorStore, options cache.ReflectorOptions,
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
	if options.Backoff == nil {
		options.Backoff = Relisting()
	}
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
