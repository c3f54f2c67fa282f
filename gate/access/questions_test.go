package access

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

func TestWhatIsInAHurryComesFirst(t *testing.T) {
	t.Parallel()
	ask := func(namespace, name string) gate.Question { return gate.Question{Namespace: namespace, Name: name} }
	line := newQuestions()
	for _, name := range []string{"1", "2", "3"} {
		line.Push(ask("a", name))
	}
	line.Push(ask("b", "1"))
	for range 2 { // asked for twice, it still comes once
		line.hurry(ask("a", "3"))
		line.Touch(ask("a", "3"))
	}
	line.hurry(ask("c", "1"))
	line.Push(ask("c", "1"))
	line.Touch(ask("c", "1"))
	require.Equal(t, 5, line.Len())
	order := ""
	for line.Len() > 0 {
		q := line.Pop()
		order += q.Namespace + q.Name + " "
	}
	require.Equal(t, "a3 c1 a1 b1 a2 ", order)
	require.Empty(t, line.hurries)
	line.Push(ask("a", "3"))
	require.Equal(t, ask("a", "3"), line.Pop(), "what is asked again is in no hurry, and not lost")
}
