package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/go-logr/logr"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	utilwait "k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/client-go/tools/cache"

	"depctl.dev/cli/internal/command"
)

// Stream is which Jobs are watched together: those of a namespace, or of all if it
// is empty, and only the one of a name, if that is not.
type Stream struct{ Namespace, Name string }

// Has reports whether a Job of a name is in the stream.
func (s Stream) Has(namespace, name string) bool {
	return (s.Namespace == "" || s.Namespace == namespace) && (s.Name == "" || s.Name == name)
}

// options returns those of a request, limited to the stream.
func (s Stream) options(o metav1.ListOptions) metav1.ListOptions {
	if s.Name != "" {
		o.FieldSelector = fields.OneTermEqualSelector(metav1.ObjectNameField, s.Name).String()
	}
	return o
}

// Watcher watches Jobs, as long as its context lasts and whatever becomes of the API
// server meanwhile. Every command that watches does so by it. Its functions are called
// one at a time, with its lock held; whoever looks at what they change holds that, too.
type Watcher struct {
	sync.Mutex
	Client batchv1client.JobsGetter
	// Replaced is called with all Jobs of a stream, at the start and after a watch was
	// lost; Set and Removed with one that has changed or is gone.
	Replaced     func(Stream, []*batchv1.Job)
	Set, Removed func(*batchv1.Job)
	// Forbidden is called where a stream may not be read. Where it returns nil, it is
	// tried again: somebody may grant the right.
	Forbidden func(Stream, error) error
	// PodsForbidden is called where pods may not be read, with WatchPods alone.
	PodsForbidden func(PodStream, error) error
	// Outage is called with what is to be said when the API server stops to answer, and
	// when it answers again.
	Outage func(text string)
	// Reached tells that the API server has answered. One that never does is not the
	// right one.
	Reached bool

	away  map[any]bool
	ended chan error
}

// Ended has the error with which the watcher cannot go on.
func (w *Watcher) Ended() <-chan error {
	w.Lock()
	defer w.Unlock()
	return w.ending()
}

func (w *Watcher) ending() chan error {
	if w.ended == nil {
		w.ended = make(chan error, 1)
	}
	return w.ended
}

// retrying is how long a watch that was lost waits for the next try.
func retrying() *utilwait.Backoff {
	return &utilwait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.5, Steps: 10, Cap: 5 * time.Second}
}

// Watch begins to watch a stream.
func (w *Watcher) Watch(ctx context.Context, s Stream) {
	jobs := w.Client.Jobs(s.Namespace)
	w.reflect(ctx, s, w.Client, &batchv1.Job{}, &stored[*batchv1.Job]{
		w: w, set: w.Set, removed: w.Removed,
		replaced: func(all []*batchv1.Job) { w.Replaced(s, all) },
	}, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return jobs.List(ctx, s.options(o))
	}, func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
		return jobs.Watch(ctx, s.options(o))
	})
}

// reflect lists and watches what is called what, and keeps the store up to date with it.
func (w *Watcher) reflect(ctx context.Context, what, client any, kind runtime.Object, store cache.ReflectorStore, list cache.ListWithContextFunc, begin cache.WatchFuncWithContext) {
	// The reflector tells nobody of what it tries again.
	heard := func(ctx context.Context, err error) {
		if ctx.Err() == nil && !isRoutine(err) {
			w.Lock()
			defer w.Unlock()
			w.heard(what, err)
		}
	}
	lw := cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			all, err := list(ctx, o)
			heard(ctx, err)
			return all, err
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			events, err := begin(ctx, o)
			heard(ctx, err)
			return events, err
		},
	}, client)
	silent := logr.Discard()
	reflector := cache.NewReflectorWithOptions(lw, kind, store, cache.ReflectorOptions{
		Name: "depctl", Logger: &silent, Backoff: retrying(),
	})
	go func() {
		ctx := logr.NewContext(ctx, silent)
		for ctx.Err() == nil {
			if err := reflector.ListAndWatchWithContext(ctx); err != nil {
				command.Sleep(ctx, time.Second)
			} else {
				command.Sleep(ctx, 200*time.Millisecond) // a watch that ended in good order
			}
		}
	}()
}

// isRoutine reports whether a reflector knows what to do about an error: it lists again
// what is too old, and lists where a watch cannot.
func isRoutine(err error) bool {
	return apierrors.IsResourceExpired(err) || apierrors.IsGone(err) || apierrors.IsInvalid(err) || apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge)
}

// heard takes in what came of a request about something: an answer, if err is nil. The
// lock is held.
func (w *Watcher) heard(what any, err error) {
	switch {
	case err == nil || apierrors.IsForbidden(err):
		w.Reached = true
		if before := len(w.away); before > 0 {
			if delete(w.away, what); len(w.away) == 0 {
				w.Outage("The API server answers again.")
			}
		}
		switch what := what.(type) {
		case Stream:
			if err != nil {
				w.end(w.Forbidden(what, err))
			}
		case PodStream:
			if err != nil {
				w.end(w.PodsForbidden(what, err))
			}
		}
	case !w.Reached:
		switch what := what.(type) {
		case Stream:
			w.end(NotListed(what.Namespace, err))
		case PodStream:
			w.end(fmt.Errorf("listing Pods: %w; is the cluster reachable, and is it the right --context?", err))
		case string: // of Lookups
			w.end(fmt.Errorf("looking up %s: %w; is the cluster reachable, and is it the right --context?", what, err))
		}
	case len(w.away) == 0:
		w.away = map[any]bool{what: true}
		var request *url.Error
		if errors.As(err, &request) {
			err = request.Err // the address says nothing to a person
		}
		w.Outage("The API server does not answer, trying again: " + err.Error())
	default:
		w.away[what] = true
	}
}

func (w *Watcher) end(err error) {
	if err != nil {
		select {
		case w.ending() <- err:
		default: // it has ended already
		}
	}
}

// stored is the reflector's store of one stream of objects.
type stored[T runtime.Object] struct {
	w            *Watcher
	set, removed func(T)
	replaced     func([]T)
}

// Add is called with an object that is new.
func (f *stored[T]) Add(object any) error { return f.one(object, f.set) }

// Update is called with an object that changed.
func (f *stored[T]) Update(object any) error { return f.one(object, f.set) }

// Delete is called with the last state of an object that is gone.
func (f *stored[T]) Delete(object any) error { return f.one(object, f.removed) }

func (f *stored[T]) one(object any, do func(T)) error {
	one, ok := object.(T)
	if !ok {
		return fmt.Errorf("the watch sent an object of another kind, a %T", object)
	}
	f.w.Lock()
	defer f.w.Unlock()
	do(one)
	return nil
}

// Replace is called with all objects there are.
func (f *stored[T]) Replace(objects []any, _ string) error {
	all := make([]T, len(objects))
	for i, object := range objects {
		one, ok := object.(T)
		if !ok {
			return fmt.Errorf("the list has an object of another kind, a %T", object)
		}
		all[i] = one
	}
	f.w.Lock()
	defer f.w.Unlock()
	f.replaced(all)
	return nil
}

// Resync does nothing.
func (f *stored[T]) Resync() error { return nil }

// PodsOf returns the pods of a Job.
func PodsOf(ctx context.Context, client kubernetes.Interface, namespace, uid string) ([]corev1.Pod, error) {
	list, err := client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + uid})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}
