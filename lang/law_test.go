package lang

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// withoutSpans returns the JSON tree of e without its spans.
func withoutSpans(t require.TestingT, e *Expr) any {
	data, err := json.Marshal(e)
	require.NoError(t, err)
	var tree any
	require.NoError(t, json.Unmarshal(data, &tree))
	var strip func(any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			delete(v, "span")
			for _, child := range v {
				strip(child)
			}
		case []any:
			for _, child := range v {
				strip(child)
			}
		}
	}
	strip(tree)
	return tree
}

func TestParsingTheCanonicalTextGivesTheSameTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, true))
		require.NoError(t, err)
		again, err := Parse(e.String())
		require.NoError(t, err, e.String())
		require.Equal(t, withoutSpans(t, e), withoutSpans(t, again))
		require.Equal(t, e.String(), again.String())

		w, s, now := drawWorld(t)
		require.Equal(t, e.Eval(w, s, now), again.Eval(w, s, now))
		require.Equal(t, e.EvalElements(w, s, now), again.EvalElements(w, s, now))
	})
}

func TestLearningMoreNeverChangesAVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, true))
		require.NoError(t, err)
		for _, c := range e.Checks() {
			if c.Status.spec().revocable {
				t.Skip("it may be undone")
			}
		}
		w, s, now := drawWorld(t)
		sized := slices.ContainsFunc(things(), func(ref Ref) bool { return ref.Run == "k" && w[ref] != nil && w[ref].RunSize > 0 })
		if e.NamesRun("k") && !sized {
			t.Skip("a step that comes reopens a run")
		}
		more, same, later := extended(t, w, s, now)

		if before := e.Eval(w, s, now); before.Value != Unknown {
			require.Equal(t, before.Value, e.Eval(more, same, later).Value, "%s", e)
		}
		before, after := e.EvalElements(w, s, now), e.EvalElements(more, same, later)
		require.Empty(t, before.Open.Minus(after.Open), "%s: open elements closed", e)
		require.Empty(t, before.Never.Minus(after.Never), "%s: lost elements came back", e)
		require.Empty(t, after.Open.Intersect(after.Never))
	})
}

// TestNothingHappensBeforeNext pins Verdict.Next: until then, time alone changes
// nothing.
func TestNothingHappensBeforeNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, true))
		require.NoError(t, err)
		w, s, now := drawWorld(t)
		v := e.Eval(w, s, now)
		if v.Value != Unknown {
			require.Zero(t, v.Next)
			return
		}
		if v.Next.IsZero() {
			require.Equal(t, Unknown, e.Eval(w, s, now.AddDate(100, 0, 0)).Value, "%s", e)
			return
		}
		require.True(t, v.Next.After(now))
		require.Equal(t, Unknown, e.Eval(w, s, v.Next.Add(-1)).Value, "%s", e)
	})
}

func TestReasonsAgreeWithTheVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, false))
		require.NoError(t, err)
		w, s, now := drawWorld(t)
		value := e.Eval(w, s, now).Value
		reasons := e.Reasons(w, s, now)
		if e.Elementwise() {
			return
		}
		require.NotEmpty(t, reasons)
		for _, r := range reasons {
			require.NotEmpty(t, r.String())
			if value == Unknown {
				require.Equal(t, Unknown, r.Value, "%s: %s", e, r)
			} else {
				require.NotEqual(t, Unknown, r.Value, "%s: %s", e, r)
			}
		}
	})
}

// TestElementsAreDecidedAsOneByOne compares the interval arithmetic with a
// plain evaluation of each index.
func TestElementsAreDecidedAsOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, true))
		require.NoError(t, err)
		if !e.Elementwise() {
			t.Skip("not element-wise")
		}
		w, s, now := drawWorld(t)
		got := e.EvalElements(w, s, now)
		for i := range s.Object.Array.Size {
			want := True
			for _, r := range e.Requirements() {
				if r.PerElement {
					want = and(want, plain{w, s, now, i}.value(r.Node, false))
				}
			}
			require.Equal(t, want == True, got.Open.Contains(i), "%s at %d: %v", e, i, want)
			require.Equal(t, want == False, got.Never.Contains(i), "%s at %d: %v", e, i, want)
		}
	})
}

func TestCountsAgreeWithEveryCompletion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Comparison{
			Op:      rapid.SampledFrom([]Op{AtLeast, MoreThan, AtMost, LessThan, Equal, Unequal}).Draw(t, "op"),
			Number:  rapid.Int64Range(0, 12).Draw(t, "number"),
			Percent: rapid.Bool().Draw(t, "percent"),
		}
		size := rapid.Int64Range(1, 10).Draw(t, "size")
		low := rapid.Int64Range(0, size).Draw(t, "low")
		high := rapid.Int64Range(low, size).Draw(t, "high")
		if c.Percent {
			c.Number *= 10
			if c.Op == Equal || c.Op == Unequal {
				t.Skip("an error")
			}
		}
		some, all := false, true
		for n := low; n <= high; n++ {
			some, all = some || c.holds(n, size), all && c.holds(n, size)
		}
		want := Unknown
		if all {
			want = True
		} else if !some {
			want = False
		}
		require.Equal(t, want, c.decide(low, high, size), "%s of %d to %d", &c, low, high)
	})
}
