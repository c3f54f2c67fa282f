package depgraph

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

func parse(t require.TestingT, text string) *lang.Expr {
	e, err := lang.Parse(text)
	require.NoError(t, err)
	return e
}

// texts writes references as expressions do, to compare them at a glance.
func texts(refs []lang.Ref) string {
	s := make([]string, len(refs))
	for i, ref := range refs {
		s[i] = ref.String()
	}
	return strings.Join(s, " ")
}

func TestAnObjectThatIsNamedIsVirtualUntilItExists(t *testing.T) {
	t.Parallel()
	g := New()
	load, extract := lang.Job("etl", "load"), lang.Job("etl", "extract")
	g.Set(load, Node{Object: &lang.Object{UID: "1"}, Expr: parse(t, "extract, extract, other/x")})
	require.Equal(t, "etl/extract etl/load other/x", texts(g.Refs()))
	require.Equal(t, "etl/extract other/x", texts(g.Prerequisites(load)), "each name once, in the order of the text")
	require.Nil(t, g.Object(extract))
	require.Equal(t, "etl/load", texts(g.Dependents(extract)))

	require.Empty(t, g.Set(extract, Node{Object: &lang.Object{UID: "2"}}), "it still waits")
	require.Equal(t, "2", g.Object(extract).UID)
	require.Equal(t, "etl/load", texts(g.Dependents(extract)))

	require.Empty(t, g.Remove(extract))
	require.Nil(t, g.Object(extract))
	require.Equal(t, "etl/load", texts(g.Dependents(extract)), "the one that waits is not forgotten")

	g.Set(load, Node{Object: &lang.Object{UID: "1"}, Expr: parse(t, "other/y")})
	require.Equal(t, "etl/load other/y", texts(g.Refs()), "names that nobody uses any more are gone")
	g.Remove(load)
	require.Zero(t, g.Len())
}

func TestAJobMayNameItself(t *testing.T) {
	t.Parallel()
	g, a := New(), lang.Job("n", "a")
	g.Set(a, Node{Object: &lang.Object{}, Expr: parse(t, "a")})
	require.Equal(t, "n/a", texts(g.Dependents(a)))
	g.Set(a, Node{Object: &lang.Object{}})
	require.Empty(t, g.Dependents(a))
	g.Set(a, Node{Object: &lang.Object{}, Expr: parse(t, "a")})
	g.Remove(a)
	require.Zero(t, g.Len())
}

func TestAnObjectThatIsTheSameAffectsNobody(t *testing.T) {
	t.Parallel()
	g := New()
	extract, object := lang.Job("n", "extract"), &lang.Object{}
	g.Set(lang.Job("n", "load"), Node{Object: &lang.Object{}, Expr: parse(t, "extract, ex* + 1m")})
	require.Equal(t, "n/load", texts(g.Set(extract, Node{Object: object})))
	require.Empty(t, g.Set(extract, Node{Object: object}))
	require.Equal(t, "n/load", texts(g.Set(extract, Node{Object: &lang.Object{}})))
}

func TestSetsFollowTheirMembers(t *testing.T) {
	t.Parallel()
	g := New()
	load, report := lang.Job("n", "load"), lang.Job("m", "report")
	g.Set(lang.Job("n", "shard-1"), Node{Object: &lang.Object{UID: "1"}})
	g.Set(load, Node{Object: &lang.Object{}, Expr: parse(t, "shard-* >= 2 + 1m")})
	g.Set(report, Node{Object: &lang.Object{}, Expr: parse(t, "n/{app=etl} + 1m, n/load")})
	require.Equal(t, "n/shard-1", texts(g.Prerequisites(load)))

	require.Equal(t, "n/load", texts(g.Set(lang.Job("n", "shard-2"), Node{Object: &lang.Object{UID: "2"}})))
	require.Equal(t, "n/shard-1 n/shard-2", texts(g.Prerequisites(load)))
	require.Equal(t, "m/report n/load",
		texts(g.Set(lang.Job("n", "shard-2"), Node{Object: &lang.Object{UID: "2"}, Labels: map[string]string{"app": "etl"}})))
	require.Equal(t, "n/load n/shard-2", texts(g.Prerequisites(report)))
	require.Equal(t, "m/report n/load", texts(g.Set(lang.Job("n", "shard-2"), Node{Object: &lang.Object{UID: "3"}})),
		"the one that it was a member of until now is affected, too")
	require.Equal(t, "n/load", texts(g.Remove(lang.Job("n", "shard-1"))))

	g.Remove(load)
	g.Remove(report)
	require.Equal(t, "n/shard-2", texts(g.Refs()))
	require.Empty(t, g.spaces[key{kind: lang.KindJob, namespace: "n"}].sets, "a set that nobody names is forgotten")
}

func TestAPlainListIsAffectedOnlyWhenItsVerdictChanges(t *testing.T) {
	t.Parallel()
	g, load := New(), lang.Job("n", "load")
	set := func(name string, outcome lang.Outcome) string {
		return texts(g.Set(lang.Job("n", name), Node{Object: &lang.Object{Outcome: outcome}}))
	}
	list := Node{Object: &lang.Object{}, Expr: parse(t, "a, b, c, a"), Waits: true}
	g.Set(load, list)
	require.Empty(t, set("a", lang.Undecided))
	require.Empty(t, set("a", lang.Succeeded))
	require.Empty(t, set("b", lang.Succeeded))
	require.Equal(t, "n/load", set("c", lang.Succeeded), "true")
	require.Empty(t, set("c", lang.Succeeded), "recreated, and what it was")
	require.Equal(t, "n/load", texts(g.Remove(lang.Job("n", "b"))), "no longer")
	require.Equal(t, "n/load", set("c", lang.Failed), "false")
	require.Empty(t, set("a", lang.Failed), "it was before")
	require.Equal(t, "n/load", set("b", lang.Skipped), "all have ended, which matters to those who run all the same")
	require.Equal(t, "n/load", texts(g.Remove(lang.Job("n", "b"))), "its outcome may still count for those who waited")
	require.Equal(t, "n/load", texts(g.Set(lang.Job("n", "b"), Node{Object: &lang.Object{Problem: &lang.Problem{}}})))

	list.SeesOtherwise = true
	g.Set(load, list)
	require.Equal(t, "n/load", set("a", lang.Succeeded), "what it means to one who sees otherwise is not known here")
}

func TestTheStepsOfARunAreASpaceOfTheirOwn(t *testing.T) {
	t.Parallel()
	g := New()
	step := func(run, name string) lang.Ref {
		ref := lang.Job("n", name)
		ref.Run = run
		return ref
	}
	g.Set(step("k", "load"), Node{Object: &lang.Object{}, Expr: parse(t, "extract, x@, y@other, cronjob:nightly@-1")})
	g.Set(step("k", "tidy"), Node{Object: &lang.Object{NamesRun: true}, Expr: parse(t, "failed(run)")})
	g.Set(lang.Job("n", "extract"), Node{Object: &lang.Object{UID: "plain"}})
	require.Equal(t, "n/extract@k n/x n/y@other cronjob:n/nightly", texts(g.Prerequisites(step("k", "load"))))
	require.Nil(t, g.Object(step("k", "extract")), "the Job outside of runs is another one")
	require.Equal(t, "n/tidy@k", texts(g.Dependents(step("k", "load"))), "it asks about all steps")
	require.Empty(t, g.Dependents(lang.Job("n", "extract")))
	require.Equal(t, "n/load@k", texts(g.Dependents(step("k", "extract"))))
	require.True(t, g.Named(step("other", "y")))
	require.False(t, g.Named(step("k", "y")))
}

// Two that tidy up after a run wait for its steps, and not for each other.
func TestHandlersOfARunDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	g := New()
	for name, text := range map[string]string{"a": "b", "b": "a", "tidy": "failed(run)", "mail": "finished(run)"} {
		ref := lang.Job("n", name)
		ref.Run = "k"
		g.Set(ref, Node{Object: &lang.Object{UID: name, NamesRun: len(name) > 1}, Expr: parse(t, text), Waits: true})
	}
	g.Settle()
	for _, name := range []string{"tidy", "mail"} {
		ref := lang.Job("n", name)
		ref.Run = "k"
		require.NotContains(t, texts(g.Cycle(ref)), "tidy")
		require.NotContains(t, texts(g.Cycle(ref)), "mail")
	}
}

// Who waits for the run and for a step that is to come may still be opened by that step,
// whatever size the run is said to have.
func TestAStepThatIsToComeMakesADeadlockNone(t *testing.T) {
	t.Parallel()
	step := func(name string) lang.Ref {
		ref := lang.Job("n", name)
		ref.Run = "k"
		return ref
	}
	for text, want := range map[string]string{
		"failed(run)":                   "n/a@k n/b@k n/tidy@k",
		"finished(extra), failed(run)":  "",
		"finished(extra@), failed(run)": "n/a@k n/b@k n/tidy@k",
		"finished(extra), run":          "n/a@k n/b@k n/tidy@k",
	} {
		g := New()
		g.Set(step("tidy"), Node{Object: &lang.Object{NamesRun: true, RunSize: 3}, Expr: parse(t, text), Waits: true})
		for _, name := range []string{"a", "b"} {
			g.Set(step(name), Node{Object: &lang.Object{RunSize: 3}, Expr: parse(t, "tidy"), Waits: true})
		}
		g.Settle()
		require.Equal(t, want, texts(g.Stuck()), text)
	}
}
