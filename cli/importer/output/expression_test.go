package output

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"pgregory.net/rapid"

	"depctl.dev/lang"
)

func TestExpressionsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	a, b, c := Succeeded("a"), Succeeded("b"), Succeeded("c")
	delayed, _ := All(a, Any(b, Finished("c"))).Delayed("20s")
	for want, e := range map[string]*Expr{
		"":                                 All(),
		"a":                                All(True(), a, a),
		"a, b":                             All(a, Any(a, c), b),
		"a or b":                           Any(a, All(a, c), b),
		"a, (b or failed(b)), finished(c)": All(a, Any(b, Failed("b")), Finished("c")),
		"finished(a, b), c":                All(Finished("a"), Finished("b"), c),
		"finished(a), not b":               Not(All(Finished("a"), b)),
		"succeeded(a, result=yes)":         All(a, Result("a", "yes")),
		`succeeded(a, result="it is")`:     Result("a", "it is"),
		`succeeded(a, result='a "b"')`:     Result("a", `a "b"`),
		"failed(a, code=3)":                Code("a", "3"),
		"succeeded(a[*]) >= 1":             Count("succeeded", []string{"a[*]"}, ">= 1"),
		"a + 20s, (b + 20s or finished(c) + 20s)": delayed,
	} {
		require.Equal(t, want, e.String())
	}
	require.True(t, Not(Finished("a")).IsFalse(), "that something is over is a matter of time")
	_, ok := Not(a).Delayed("1s")
	require.False(t, ok)
}

// Whatever is put together can be read by the language.
func TestAllThatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	var draw func(t *rapid.T, depth int) *Expr
	draw = func(t *rapid.T, depth int) *Expr {
		name := rapid.SampledFrom([]string{"a", "b", "cronjob:c", "run-1"}).Draw(t, "name")
		kind := rapid.IntRange(0, 9).Draw(t, "kind")
		if depth > 3 {
			kind %= 6
		}
		switch kind {
		case 0:
			return Failed(name)
		case 1:
			return Skipped(name)
		case 2:
			return Finished(name)
		case 3:
			return Count("failed", []string{"a", "b"}, ">= 1")
		case 4:
			return Code("a", "1..255")
		case 7:
			return Not(draw(t, depth+1))
		case 8:
			return All(draw(t, depth+1), draw(t, depth+1))
		case 9:
			return Any(draw(t, depth+1), draw(t, depth+1))
		}
		return Succeeded(name)
	}
	rapid.Check(t, func(t *rapid.T) {
		e := draw(t, 0)
		if e.IsTrue() || e.IsFalse() {
			return
		}
		_, err := lang.Parse(e.String())
		require.NoError(t, err, e.String())
	})
}

func TestNamesAreShortAndEachIsNew(t *testing.T) {
	t.Parallel()
	var n Names
	require.Equal(t, "w-a-b", n.New(LongestJob, "W_", "a.B"))
	require.Equal(t, "w-a-b-2", n.New(LongestJob, "w", "a", "b"))
	require.Equal(t, "job", n.New(LongestJob, "---"))
	long := strings.Repeat("x", 100)
	first, second := n.New(LongestCronJob, long), n.New(LongestCronJob, long)
	require.Len(t, first, LongestCronJob)
	require.Len(t, second, LongestCronJob)
	require.NotEqual(t, first, second)
}

func TestTextsForContainersStayAsTheyAre(t *testing.T) {
	t.Parallel()
	require.Equal(t, "echo $$$$ $(date) $$(HOME) $HOME", Literal("echo $$ $(date) $(HOME) $HOME", "HOME"))
}

func TestAHoldKeepsAJobThatWaitsForNothing(t *testing.T) {
	t.Parallel()
	free, waits := NewJob("free"), NewJob("waits")
	Annotate(waits, "depctl.dev/depends-on", "free")
	for _, job := range []*batchv1.Job{free, waits} {
		Hold(job, "it is\nincomplete")
		require.Equal(t, "it is incomplete", job.Annotations["depctl.dev/hold"])
	}
	require.True(t, *free.Spec.Suspend)
	require.Nil(t, waits.Spec.Suspend, "applied again, it would stop the Job")
}

func TestLimitsComeFirstAndDoNotContradictOneAnother(t *testing.T) {
	t.Parallel()
	o := &Output{}
	o.Add(Place{"f", 2}, "b", NewJob("b"))
	o.Limit(Place{"f", 3}, "x", "1")
	o.Limit(Place{"f", 4}, "x", "1")
	o.Limit(Place{"f", 5}, "x", "2")
	o.Finish()
	require.Len(t, o.Problems, 1)
	require.Equal(t, "f:5: the limit x is 2 here and 1 elsewhere\n  give both the same number", o.Problems[0].String())
	texts, err := o.YAML()
	require.NoError(t, err)
	require.Equal(t, "depctl-limits", texts[0].Name)
}
