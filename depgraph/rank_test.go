package depgraph

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

// lengthByName is a second for a Job whose name ends in 0, two for 1, and so on.
func lengthByName(ref lang.Ref) time.Duration {
	return time.Duration(ref.Name[len(ref.Name)-1]-'0'+1) * time.Second
}

// rank is the longest way from an object, and false where it leads to a cycle. way are
// those on the way to the object.
func (m naive) rank(ref lang.Ref, way map[lang.Ref]bool) (time.Duration, bool) {
	switch one := m[ref]; {
	case one.Object != nil && one.Object.Outcome != lang.Undecided:
		return 0, true
	case way[ref]:
		return 0, false
	}
	way[ref] = true
	defer delete(way, ref)
	longest := time.Duration(0)
	for _, dependent := range m.dependents(ref) {
		if dependent == ref {
			return 0, false
		}
		length, ok := m.rank(dependent, way)
		if !ok {
			return 0, false
		}
		longest = max(longest, length)
	}
	return longest + lengthByName(ref), true
}

// ranks asks for the ranks of some, so that others stay unknown.
func (p *game) ranks(which byte) {
	for i, ref := range p.model.refs() {
		if (i^int(which))&3 != 0 {
			continue
		}
		if want, ok := p.model.rank(ref, map[lang.Ref]bool{}); ok {
			require.Equal(p.t, want, p.g.Rank(ref), "rank of %s", ref)
		} else {
			p.g.Rank(ref) // it ends
		}
	}
}

func TestRank(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		jobs map[string]string
		want map[string]time.Duration
	}{
		"of a diamond the longer side counts": {
			jobs: map[string]string{"a0": "", "b1": "a0", "c5": "a0", "d0": "b1, c5"},
			want: map[string]time.Duration{"d0": 1, "c5": 7, "b1": 3, "a0": 8},
		},
		"every alternative counts": {
			jobs: map[string]string{"a0": "", "b0": "", "c3": "a0 or b0"},
			want: map[string]time.Duration{"a0": 5, "b0": 5},
		},
		"a set counts for all of its members": {
			jobs: map[string]string{"x-0": "", "x-1": "", "y9": "x-* >= 2", "z0": "y9"},
			want: map[string]time.Duration{"x-0": 12, "x-1": 13},
		},
		"a member of the set that it names comes after the others": {
			jobs: map[string]string{"x-0": "", "x-1": "", "x-9": "x-*"},
			want: map[string]time.Duration{"x-9": 10, "x-0": 11, "x-1": 12},
		},
		"a cycle has some rank": {
			jobs: map[string]string{"a0": "b0", "b0": "a0", "c0": ""},
			want: map[string]time.Duration{"c0": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := New()
			g.KeepRanks(lengthByName)
			for name, text := range test.jobs {
				var e *lang.Expr
				if text != "" {
					e = parse(t, text)
				}
				g.Set(lang.Job("n", name), Node{Object: &lang.Object{}, Expr: e})
				g.Rank(lang.Job("n", name))
			}
			for name, seconds := range test.want {
				require.Equal(t, seconds*time.Second, g.Rank(lang.Job("n", name)), name)
			}
		})
	}
}

func TestRankFollowsALengthThatChanges(t *testing.T) {
	t.Parallel()
	length := time.Second
	g := New()
	g.KeepRanks(func(lang.Ref) time.Duration { return length })
	a, b := lang.Job("n", "a"), lang.Job("n", "b")
	g.Set(a, Node{Object: &lang.Object{}})
	g.Set(b, Node{Object: &lang.Object{}, Expr: parse(t, "a")})
	require.Equal(t, 2*time.Second, g.Rank(a))
	length = time.Minute
	g.Unrank(b)
	require.Equal(t, 2*time.Minute, g.Rank(a))
	g.Set(b, Node{Object: &lang.Object{Outcome: lang.Failed}, Expr: g.Expr(b)})
	require.Equal(t, time.Minute, g.Rank(a))
	require.Zero(t, g.Rank(lang.Job("n", "none")))
}

// TestRankOfALongChain shows that a chain that is applied in order, with a Job that
// competes at every step, is not quadratic, and that a long one needs no deep stack.
func TestRankOfALongChain(t *testing.T) {
	t.Parallel()
	const n = 100_000
	g, asked := New(), 0
	g.KeepRanks(func(lang.Ref) time.Duration { asked++; return time.Second })
	name := func(i int) string { return fmt.Sprintf("job-%d", i) }
	for i := range n {
		node := Node{Object: &lang.Object{}}
		if i > 0 {
			node.Expr = parse(t, name(i-1))
		}
		g.Set(lang.Job("n", name(i)), node)
		g.Rank(lang.Job("n", name(i)))
	}
	require.Equal(t, n*time.Second, g.Rank(lang.Job("n", name(0))))
	require.Less(t, asked, 3*n)
}
