package event

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	eventsv1client "k8s.io/client-go/kubernetes/typed/events/v1"
	"k8s.io/client-go/tools/events"

	"depctl.dev/gate/metrics"
)

// mostEvents is how many events may wait to be sent. One takes about 15 KB with the
// goroutine that client-go gives it.
const mostEvents = 2000

// mostWarnings is how many warnings of one namespace may wait to be sent. There are
// more at once where a gate starts anew and very many Jobs of a tenant cannot be read.
const mostWarnings = 200

// sink sends events. Warnings go at once, as long as there are not very many of one
// namespace. What went well is told when there is time, and dropped above mostEvents.
// What is dropped is on the Job itself, in its annotation or condition.
type sink struct {
	events.EventSinkImpl
	leisurely events.EventSinkImpl
	places    chan struct{}

	mu       sync.Mutex
	warnings map[string]int
}

// NewSink returns what sends events: warnings through one client and the others
// through another, at the rate of that.
func NewSink(warnings, others eventsv1client.EventsV1Interface) events.EventSink {
	return newSink(warnings, others, mostEvents)
}

func newSink(warnings, others eventsv1client.EventsV1Interface, most int) *sink {
	return &sink{
		EventSinkImpl: events.EventSinkImpl{Interface: warnings}, leisurely: events.EventSinkImpl{Interface: others},
		places: make(chan struct{}, most), warnings: map[string]int{},
	}
}

// Create sends a new event, or drops it.
func (s *sink) Create(ctx context.Context, event *eventsv1.Event) (*eventsv1.Event, error) {
	if event.Type != corev1.EventTypeNormal {
		if !s.warn(event.Namespace, 1) {
			metrics.EventsDropped.Inc()
			return event, nil
		}
		defer s.warn(event.Namespace, -1)
		return s.EventSinkImpl.Create(ctx, event)
	}
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
		return s.leisurely.Create(ctx, event)
	default:
		metrics.EventsDropped.Inc()
		return event, nil
	}
}

// warn takes one more warning of a namespace, or one less, and reports whether there
// is room for it.
func (s *sink) warn(namespace string, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > 0 && s.warnings[namespace] >= mostWarnings {
		return false
	}
	if s.warnings[namespace] += n; s.warnings[namespace] == 0 {
		delete(s.warnings, namespace)
	}
	return true
}
