package access

import (
	"sync"

	"depctl.dev/gate"
	"depctl.dev/gate/fairness"
)

// questions is a queue in which the namespaces that ask take turns, and in which what
// is in a hurry comes before everything else: a deletion waits for the answer.
type questions struct {
	mu sync.Mutex
	// hurries are those in a hurry, each with whether it is in first. moved are those
	// that are still in rest too.
	hurries, moved map[gate.Question]bool
	first, rest    *fairness.Queue[gate.Question]
}

func newQuestions() *questions {
	whose := func(q gate.Question) string { return q.Namespace }
	return &questions{
		hurries: map[gate.Question]bool{}, moved: map[gate.Question]bool{}, first: fairness.NewQueue(whose), rest: fairness.NewQueue(whose),
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
