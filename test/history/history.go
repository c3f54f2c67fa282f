// Package history records what happens to the Jobs of a cluster and judges it
// afterwards: was a Job released before its prerequisites were met, or twice, or
// did one run that was never released. It shares no code with the gate and its
// graph: it reads states in its own simple way, and all expressions but lists of
// names with package lang.
package history

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// Event is one state of a Job, as the watch sent it.
type Event struct {
	// At is when it was seen.
	At      time.Time
	Deleted bool
	Job     *batchv1.Job
}

// Key returns namespace/name of the Job.
func (e Event) Key() string { return e.Job.Namespace + "/" + e.Job.Name }

// Suspended reports whether the Job is suspended.
func (e Event) Suspended() bool { return e.Job.Spec.Suspend != nil && *e.Job.Spec.Suspend }

// Is reports whether the Job has this condition.
func (e Event) Is(kind batchv1.JobConditionType) bool {
	return slices.ContainsFunc(e.Job.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Type == kind && c.Status == corev1.ConditionTrue
	})
}

// History is what one watch has seen of all Jobs, in order.
type History struct {
	mu      sync.Mutex
	events  []Event
	last    map[string]Event
	changed chan struct{}
	ended   error
}

// Record starts to record the Jobs of all namespaces but those that are named, those
// that are there already first, until ctx is done.
func Record(ctx context.Context, client kubernetes.Interface, except ...string) (*History, error) {
	var not []fields.Selector
	for _, namespace := range except {
		not = append(not, fields.OneTermNotEqualSelector("metadata.namespace", namespace))
	}
	which := fields.AndSelectors(not...).String()
	jobs, err := client.BatchV1().Jobs(metav1.NamespaceAll).List(ctx, metav1.ListOptions{FieldSelector: which})
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	// The API server cuts off a watch that is too slow, which this one may be
	// on a busy machine; it goes on from where it was, and nothing is missing.
	w, err := watchtools.NewRetryWatcherWithContext(ctx, jobs.ResourceVersion, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.FieldSelector = which
			return client.BatchV1().Jobs(metav1.NamespaceAll).Watch(ctx, o)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	h := &History{last: map[string]Event{}, changed: make(chan struct{})}
	for i := range jobs.Items {
		h.add(Event{At: time.Now(), Job: &jobs.Items[i]})
	}
	go h.follow(ctx, w)
	return h, nil
}

func (h *History) follow(ctx context.Context, w watch.Interface) {
	defer w.Stop()
	for {
		select {
		case <-ctx.Done():
			h.end(ctx.Err())
			return
		case e, open := <-w.ResultChan():
			job, ok := e.Object.(*batchv1.Job)
			if !open || !ok {
				h.end(fmt.Errorf("the watch ended: %v", e))
				return
			}
			h.add(Event{At: time.Now(), Deleted: e.Type == watch.Deleted, Job: job})
		}
	}
}

func (h *History) add(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
	if e.Deleted {
		delete(h.last, e.Key())
	} else {
		h.last[e.Key()] = e
	}
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *History) end(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended == nil {
		h.ended = err
		close(h.changed)
		h.changed = make(chan struct{})
	}
}

// Events returns what was seen so far, in order.
func (h *History) Events() []Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

// Last returns the last state of each Job that exists, by namespace/name.
func (h *History) Last() map[string]Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.last)
}

// Wait returns when the condition holds of the last states of all Jobs, and with
// an error when ctx is done or the watch has ended before. The condition must
// neither keep the map nor call the History.
func (h *History) Wait(ctx context.Context, condition func(last map[string]Event) bool) error {
	for {
		h.mu.Lock()
		changed, ended := h.changed, h.ended
		met := condition(h.last)
		h.mu.Unlock()
		if met {
			return nil
		}
		if ended != nil {
			return fmt.Errorf("the recording has ended: %w", ended)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), errors.New("what was waited for did not happen"))
		}
	}
}
