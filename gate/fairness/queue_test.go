package fairness

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

func TestNamespacesTakeTurns(t *testing.T) {
	t.Parallel()
	turns := NewQueue(func(q gate.Question) string { return q.Namespace })
	for _, name := range []string{"1", "2", "3"} {
		turns.Push(gate.Question{Namespace: "a", Name: name})
	}
	turns.Push(gate.Question{Namespace: "b", Name: "1"})
	turns.Push(gate.Question{Namespace: "c", Name: "1"})
	order := ""
	for turns.Len() > 0 {
		q := turns.Pop()
		order += q.Namespace + q.Name + " "
		if order == "a1 b1 " {
			turns.Push(gate.Question{Namespace: "b", Name: "2"})
		}
	}
	require.Equal(t, "a1 b1 c1 a2 b2 a3 ", order)
	require.Empty(t, turns.line)
}
