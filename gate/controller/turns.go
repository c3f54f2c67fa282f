package controller

import "depctl.dev/gate"

// turns is a queue of questions in which the namespaces that ask take turns, so
// that one with very many does not keep the others waiting. The workqueue around
// it has the lock.
type turns struct {
	// line has the questions of each namespace that has any, and order the
	// namespaces, the next one first.
	line  map[string][]gate.Question
	order []string
	size  int
}

func newTurns() *turns { return &turns{line: map[string][]gate.Question{}} }

// Touch is called for a question that is in the queue already.
func (t *turns) Touch(gate.Question) {}

// Push puts a question behind those of its namespace.
func (t *turns) Push(q gate.Question) {
	if len(t.line[q.Namespace]) == 0 {
		t.order = append(t.order, q.Namespace)
	}
	t.line[q.Namespace] = append(t.line[q.Namespace], q)
	t.size++
}

// Len returns how many questions there are.
func (t *turns) Len() int { return t.size }

// Pop takes out the next question.
func (t *turns) Pop() gate.Question {
	namespace := t.order[0]
	t.order = t.order[1:]
	line := t.line[namespace]
	q := line[0]
	if t.size--; len(line) > 1 {
		t.line[namespace] = line[1:]
		t.order = append(t.order, namespace)
	} else {
		delete(t.line, namespace)
	}
	return q
}
