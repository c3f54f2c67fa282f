package depgraph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

// Of many that are about to end, none is worth a nudge until few are left.
func TestOnlyFewArePressed(t *testing.T) {
	t.Parallel()
	const n = 3 * maxNudgeable
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("j%02d", i))
	}
	for text, told := range map[string]bool{strings.Join(names, ", "): true, "j*": false, "j* >= 1": false} {
		g, waiter := New(), lang.Job("n", "end")
		undecided := func(name string) Node { return Node{Object: &lang.Object{UID: name}} }
		for _, name := range names {
			g.Set(lang.Job("n", name), undecided(name))
		}
		end := undecided("end")
		end.Expr, end.Waits = parse(t, text), true
		g.Set(waiter, end)
		for _, name := range names {
			g.MarkEnding(lang.Job("n", name), true)
		}
		require.False(t, g.WouldUnblock(waiter), text)
		require.Empty(t, g.TakeNudgeable(), text)
		for i, name := range names {
			g.Set(lang.Job("n", name), Node{Object: &lang.Object{UID: name, Outcome: lang.Succeeded}})
			left := n - i - 1
			require.Equal(t, left <= maxNudgeable, g.Few(waiter), "%s: %d left", text, left)
			require.Equal(t, left <= maxNudgeable && (left > 0 || !told), g.WouldUnblock(waiter), "%s: %d left", text, left)
			if pressed := g.TakeNudgeable(); told && left == maxNudgeable {
				require.Equal(t, texts(refs("n", names[i+1:])), texts(pressed), text)
			} else {
				require.Empty(t, pressed, text)
			}
		}
	}
}

func refs(namespace string, names []string) (list []lang.Ref) {
	for _, name := range names {
		list = append(list, lang.Job(namespace, name))
	}
	return list
}
