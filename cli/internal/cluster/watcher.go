package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	utilwait "k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

// Stream is which Jobs are watched together: those of a namespace, or of all if it
// is empty, and only the one of a name, if that is not.
type Stream struct{ Namespace, Name string }

// options returns those of a request, limited to the stream.
func (s Stream) options(o metav1.ListOptions) metav1.ListOptions {
	if s.Name != "" {
		o.FieldSelector = fields.OneTermEqualSelector(metav1.ObjectNameField, s.Name).String()
	}
	return o
}

// Watcher watches Jobs, as long as its context lasts and whatever becomes of the
// API server meanwhile. Its functions are called one at a time.
type Watcher struct {
	Client  kubernetes.Interface
	Streams []Stream
	// Replaced is called with all Jobs of a stream, at the start and after a watch
	// was lost; set and removed with one that has changed or is gone.
	Replaced     func(Stream, []gate.Job)
	Set, Removed func(gate.Job)
	// Noted, if it is not nil, is called before with all of a Job.
	Noted func(*batchv1.Job)
	// Failed is called when the API server does not answer as it should. Where it
	// returns an error the follower ends with that.
	Failed func(Stream, error) error

	mu sync.Mutex
}

// Lock keeps the watcher from calling, so that what it calls and its owner do not
// meet; unlock lets it go on.
func (f *Watcher) Lock() { f.mu.Lock() }

// Unlock lets the watcher call again.
func (f *Watcher) Unlock() { f.mu.Unlock() }

// retrying is how long a watch that was lost waits for the next try.
func retrying() *utilwait.Backoff {
	return &utilwait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.5, Steps: 10, Cap: 5 * time.Second}
}

// Run watches until ctx is done, or failed says so.
func (f *Watcher) Run(ctx context.Context) error {
	ctx, end := context.WithCancelCause(logr.NewContext(ctx, logr.Discard()))
	defer end(nil)
	// A reflector goes on forever where nobody listens.
	for _, s := range f.Streams {
		if _, err := f.Client.BatchV1().Jobs(s.Namespace).List(ctx, s.options(metav1.ListOptions{Limit: 1})); err != nil {
			f.mu.Lock()
			fatal := f.Failed(s, err)
			f.mu.Unlock()
			if fatal != nil {
				return fatal
			}
		}
	}
	var wg sync.WaitGroup
	for _, s := range f.Streams {
		wg.Go(func() { f.follow(ctx, s, end) })
	}
	wg.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

func (f *Watcher) follow(ctx context.Context, s Stream, end context.CancelCauseFunc) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	jobs := f.Client.BatchV1().Jobs(s.Namespace)
	lw := cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return jobs.List(ctx, s.options(o))
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return jobs.Watch(ctx, s.options(o))
		},
	}, f.Client)
	silent := logr.Discard()
	reflector := cache.NewReflectorWithOptions(lw, &batchv1.Job{}, &followed{f, s}, cache.ReflectorOptions{
		Name: "jobs", Logger: &silent, Backoff: retrying(),
	})
	for ctx.Err() == nil {
		// RunWithContext would tell its log what went wrong, and nobody else.
		err := reflector.ListAndWatchWithContext(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			command.Sleep(ctx, 200*time.Millisecond) // a watch that ended in good order
			continue
		}
		f.mu.Lock()
		fatal := f.Failed(s, err)
		f.mu.Unlock()
		if fatal != nil {
			end(fatal)
			return
		}
		command.Sleep(ctx, time.Second)
	}
}

// followed is the reflector's store of one stream.
type followed struct {
	*Watcher
	stream Stream
}

// Add is called with a Job that is new.
func (f *followed) Add(object any) error { return f.one(object, f.Set) }

// Update is called with a Job that changed.
func (f *followed) Update(object any) error { return f.one(object, f.Set) }

// Delete is called with the last state of a Job that is gone.
func (f *followed) Delete(object any) error { return f.one(object, f.Removed) }

func (f *followed) one(object any, do func(gate.Job)) error {
	job, ok := object.(*batchv1.Job)
	if !ok {
		return fmt.Errorf("expected a Job, the watch sent %T", object)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Noted != nil {
		f.Noted(job)
	}
	do(gate.Observe(job))
	return nil
}

// Replace is called with all Jobs there are.
func (f *followed) Replace(objects []any, _ string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	jobs := make([]gate.Job, 0, len(objects))
	for _, object := range objects {
		job, ok := object.(*batchv1.Job)
		if !ok {
			return fmt.Errorf("expected a Job, the list has %T", object)
		}
		if f.Noted != nil {
			f.Noted(job)
		}
		jobs = append(jobs, gate.Observe(job))
	}
	f.Replaced(f.stream, jobs)
	return nil
}

// Resync does nothing.
func (f *followed) Resync() error { return nil }

// PodsOf returns the pods of a Job.
func PodsOf(ctx context.Context, client kubernetes.Interface, namespace, uid string) ([]corev1.Pod, error) {
	list, err := client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + uid})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}
