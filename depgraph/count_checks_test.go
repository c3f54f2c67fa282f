package depgraph

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

func TestSumsAreAffectedOnlyWhenTheirVerdictChanges(t *testing.T) {
	t.Parallel()
	g, load := New(), lang.Job("n", "shard-load")
	set := func(name string, o lang.Object) string {
		return texts(g.Set(lang.Job("n", name), Node{Object: &o}))
	}
	end := func(outcome lang.Outcome) lang.Object { return lang.Object{Outcome: outcome} }
	sums := Node{Object: &lang.Object{}, Expr: parse(t, "shard-* >= 2, started(part-*)"), Waits: true}
	g.Set(load, sums)
	require.Empty(t, set("shard-1", end(lang.Succeeded)))
	require.Empty(t, set("shard-2", end(lang.Undecided)))
	require.Empty(t, set("shard-2", end(lang.Succeeded)), "the other set is empty")
	require.Equal(t, "n/shard-load", set("part-1", lang.Object{Started: true}), "true; it is no member of its own set")
	require.Empty(t, set("shard-3", end(lang.Failed)), "more than two are there")
	require.Equal(t, "n/shard-load", set("part-2", end(lang.Undecided)), "not all are started any more")
	require.Equal(t, "n/shard-load", set("part-2", end(lang.Skipped)), "and never will be")
	require.Equal(t, "n/shard-load", texts(g.Remove(lang.Job("n", "part-2"))), "its outcome may be remembered")
	require.Equal(t, "n/shard-load", set("shard-4", lang.Object{Problem: &lang.Problem{}}), "a problem is told")
	sums.SeesOtherwise = true
	g.Set(load, sums)
	require.Equal(t, "n/shard-load", set("shard-5", end(lang.Undecided)), "who sees others is told of all")
}

// A cross product of two sets is linear in the edges that do not count.
func BenchmarkCross(b *testing.B) {
	for _, n := range []int{100, 200, 400} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g := New()
			for i := range n {
				g.Set(lang.Job("n", fmt.Sprintf("a-%d", i)), Node{Object: &lang.Object{}})
			}
			expr := fmt.Sprintf("a-* >= %d", n)
			for i := range n {
				e, err := lang.Parse(expr)
				require.NoError(b, err)
				g.Set(lang.Job("n", fmt.Sprintf("b-%d", i)), Node{Object: &lang.Object{}, Expr: e, Waits: true})
			}
			on := [2]*lang.Object{{UID: "1"}, {UID: "1", Started: true}}
			for i := 0; b.Loop(); i++ {
				g.Set(lang.Job("n", fmt.Sprintf("a-%d", i%n)), Node{Object: on[i/n%2]})
			}
		})
	}
}
