package controller

import (
	"sync"

	"k8s.io/client-go/util/workqueue"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// fairQueue is a queue in which those to whom items belong take fairQueue, so that one
// namespace with very many does not keep the others waiting. The workqueue around it
// has the lock.
type fairQueue[T comparable] struct {
	// whose returns to whom an item belongs.
	whose func(T) string
	// line has the items of each who has any, and order who they are, the next one
	// first.
	line  map[string][]T
	order []string
	size  int
}

func newFairQueue[T comparable](whose func(T) string) *fairQueue[T] {
	return &fairQueue[T]{whose: whose, line: map[string][]T{}}
}

// newJobQueue is a queue of Jobs in which namespaces take turns.
func newJobQueue() *fairQueue[lang.Ref] {
	return newFairQueue(func(ref lang.Ref) string { return ref.Namespace })
}

// fairly returns a queue with delays in the order of another one.
func fairly[T comparable](name string, order workqueue.Queue[T]) workqueue.TypedDelayingInterface[T] {
	return workqueue.NewTypedDelayingQueueWithConfig(workqueue.TypedDelayingQueueConfig[T]{
		Name: name, Queue: workqueue.NewTypedWithConfig(workqueue.TypedQueueConfig[T]{Name: name, Queue: order}),
	})
}

// Touch is called for an item that is in the queue already.
func (t *fairQueue[T]) Touch(T) {}

// Push puts an item behind those that belong to the same.
func (t *fairQueue[T]) Push(item T) {
	whose := t.whose(item)
	if len(t.line[whose]) == 0 {
		t.order = append(t.order, whose)
	}
	t.line[whose] = append(t.line[whose], item)
	t.size++
}

// Len returns how many items there are.
func (t *fairQueue[T]) Len() int { return t.size }

// Pop takes out the next item.
func (t *fairQueue[T]) Pop() T {
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

// questions is a queue in which the namespaces that ask take turns, and in which what
// is in a hurry comes before everything else: a deletion waits for the answer.
type questions struct {
	mu sync.Mutex
	// hurries are those in a hurry, each with whether it is in first. moved are those
	// that are still in rest too.
	hurries, moved map[gate.Question]bool
	first, rest    *fairQueue[gate.Question]
}

func newQuestions() *questions {
	whose := func(q gate.Question) string { return q.Namespace }
	return &questions{
		hurries: map[gate.Question]bool{}, moved: map[gate.Question]bool{}, first: newFairQueue(whose), rest: newFairQueue(whose),
	}
}

// hurry has a question come first that is in the queue or will be. It is to be added
// to the queue after that.
func (l *questions) hurry(q gate.Question) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.hurries[q]; !known {
		l.hurries[q] = false
	}
}

// Touch moves a question to the front that is in the queue and in a hurry by now.
func (l *questions) Touch(q gate.Question) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if in, hurries := l.hurries[q]; hurries && !in {
		l.hurries[q], l.moved[q] = true, true
		l.first.Push(q)
	}
}

// Push puts a question behind those of its namespace.
func (l *questions) Push(q gate.Question) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, hurries := l.hurries[q]; hurries {
		l.hurries[q] = true
		l.first.Push(q)
		return
	}
	l.rest.Push(q)
}

// Len returns how many questions there are.
func (l *questions) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first.Len() + l.rest.Len() - len(l.moved)
}

// Pop takes out the next question.
func (l *questions) Pop() gate.Question {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first.Len() > 0 {
		q := l.first.Pop()
		delete(l.hurries, q)
		return q
	}
	for {
		q := l.rest.Pop()
		if !l.moved[q] {
			return q
		}
		delete(l.moved, q) // it has had its turn
	}
}
