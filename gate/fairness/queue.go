package fairness

import (
	"k8s.io/client-go/util/workqueue"

	"depctl.dev/lang"
)

// Queue is a queue in which those to whom items belong take turns, so that one
// namespace with very many does not keep the others waiting. The workqueue around it
// has the lock.
type Queue[T comparable] struct {
	// whose returns to whom an item belongs.
	whose func(T) string
	// line has the items of each who has any, and order who they are, the next one
	// first.
	line  map[string][]T
	order []string
	size  int
}

// NewQueue returns an empty queue, in which whose returns to whom an item belongs.
func NewQueue[T comparable](whose func(T) string) *Queue[T] {
	return &Queue[T]{whose: whose, line: map[string][]T{}}
}

// NewJobQueue returns a queue of Jobs in which namespaces take turns.
func NewJobQueue() *Queue[lang.Ref] {
	return NewQueue(func(ref lang.Ref) string { return ref.Namespace })
}

// Delaying returns a queue with delays in the order of another one.
func Delaying[T comparable](name string, order workqueue.Queue[T]) workqueue.TypedDelayingInterface[T] {
	return workqueue.NewTypedDelayingQueueWithConfig(workqueue.TypedDelayingQueueConfig[T]{
		Name: name, Queue: workqueue.NewTypedWithConfig(workqueue.TypedQueueConfig[T]{Name: name, Queue: order}),
	})
}

// Touch is called for an item that is in the queue already.
func (t *Queue[T]) Touch(T) {}

// Push puts an item behind those that belong to the same.
func (t *Queue[T]) Push(item T) {
	whose := t.whose(item)
	if len(t.line[whose]) == 0 {
		t.order = append(t.order, whose)
	}
	t.line[whose] = append(t.line[whose], item)
	t.size++
}

// Len returns how many items there are.
func (t *Queue[T]) Len() int { return t.size }

// Pop takes out the next item.
func (t *Queue[T]) Pop() T {
	whose := t.order[0]
	t.order = t.order[1:]
	line := t.line[whose]
	item := line[0]
	if t.size--; len(line) > 1 {
		t.line[whose] = line[1:]
		t.order = append(t.order, whose)
	} else {
		delete(t.line, whose)
	}
	return item
}
