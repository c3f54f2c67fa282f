package gate

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/depgraph"
	"depctl.dev/lang"
)

func parsed(t *testing.T, text string) *lang.Expr {
	t.Helper()
	expr, err := lang.Parse(text)
	require.NoError(t, err)
	return expr
}

func about(namespace, account, verb, target, name string) Question {
	return Question{Namespace: namespace, Account: account, Verb: verb, Target: target, Name: name}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	job := Job{Namespace: "reporting", Name: "report", ServiceAccount: "reader"}
	one := func(name string) Question { return about("reporting", "reader", "get", "etl", name) }
	all := about("reporting", "reader", "list", "etl", "")
	for text, want := range map[string][]Question{
		"load, reporting/x, shard-*": nil,
		"etl/load":                   {one("load")},
		"etl/load, (failed(etl/load) or etl/extract)":        {one("extract"), one("load")},
		"etl/a*, etl/{app=x}, (failed(etl/b-?) >= 1 or x)":   {all},
		"etl/load[3], failed(etl/load[*]) >= 1, etl/load[i]": {one("load")},
		"cronjob:etl/nightly":                                nil,
	} {
		require.Equal(t, want, job.Questions(parsed(t, text), nil), text)
	}
	require.Nil(t, job.Questions(nil, nil))
}

// Whatever exists in the other namespace: without a right nothing of it decides
// anything, and what is said is the same.
func TestWithoutARightNothingIsDecided(t *testing.T) {
	t.Parallel()
	job := Job{
		Namespace: "reporting", Name: "report", UID: "1", Annotated: true, Suspended: true, ServiceAccount: "default",
		Object: &lang.Object{UID: "1", Created: time.Unix(1000, 0)},
	}
	worlds := map[string]*depgraph.Graph{"nothing": depgraph.New()}
	for name, outcome := range map[string]lang.Outcome{"running": lang.Undecided, "succeeded": lang.Succeeded, "failed": lang.Failed, "skipped": lang.Skipped} {
		graph := depgraph.New()
		graph.Set(lang.Job("etl", "load"), depgraph.Node{
			Object: &lang.Object{UID: "2", Created: time.Unix(1, 0), Started: true, Outcome: outcome, Finished: time.Unix(2, 0)},
			Labels: map[string]string{"app": "etl"},
		})
		worlds[name] = graph
	}
	for _, text := range []string{
		"etl/load", "not etl/load", "exists(etl/load)", "finished(etl/load)", "failed(etl/load)", "not failed(etl/load)",
		"skipped(etl/load)", "not started(etl/load)", "finished(etl/load, made=before)", "finished(etl/*, made=before)",
		"etl/l*", "etl/{app=etl}", "exists(etl/*) >= 1", "failed(etl/{app=etl}) >= 1", "etl/load[0]", "failed(etl/load[*]) >= 50%",
		"etl/load + 1s", "succeeded(etl/load, etl/other) >= 1",
	} {
		expr := parsed(t, text)
		for answer, want := range map[Answer]string{Unasked: ReasonWaiting, Denied: ReasonProblem, Disabled: ReasonProblem} {
			message := ""
			for name, graph := range worlds {
				answers := Answers{}
				for _, q := range job.Questions(expr, nil) {
					answers[q] = answer
				}
				d := Decide(Snapshot{Job: job, Expr: expr, Now: time.Unix(2000, 0), World: World{
					Graph: graph, Self: job.Ref(), Job: job, Access: answers,
				}})
				require.Equal(t, Waiting, d.Action, "%s, %s", text, name)
				require.Equal(t, want, d.Reason, "%s, %s", text, name)
				require.Zero(t, d.Next, "%s, %s: the time to look again tells something", text, name)
				if message == "" {
					message = d.Message
				}
				require.Equal(t, message, d.Message, "%s, %s", text, name)
			}
		}
	}
}

func TestAWorldWithoutAccessIsClosed(t *testing.T) {
	t.Parallel()
	graph := depgraph.New()
	graph.Set(lang.Job("etl", "load"), depgraph.Node{Object: &lang.Object{UID: "1", Outcome: lang.Succeeded}})
	w := World{Graph: graph, Self: lang.Job("reporting", "report"), Job: Job{ServiceAccount: "default"}}
	require.Equal(t, lang.ProblemUnasked, w.Object(lang.Job("etl", "load")).Problem.Code)
	w.Access = Closed{}
	require.Equal(t, lang.ProblemForbidden, w.Object(lang.Job("etl", "load")).Problem.Code)
	w.Access = Open{}
	require.Equal(t, lang.Succeeded, w.Object(lang.Job("etl", "load")).Outcome)
	w.Self.Namespace, w.Access = "etl", Closed{}
	require.Equal(t, lang.Succeeded, w.Object(lang.Job("etl", "load")).Outcome, "its own namespace")
}

func TestGrantFitsIntoAnEvent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 63)
	q := about(long, long, "get", long, long)
	require.Less(t, len(q.problem(Denied).Message), 850)
	require.NotEqual(t, q.roleName(), about(long, long, "get", long, "x").roleName())
	require.NotEqual(t, about("a", "b-c", "get", "x", "y").roleName(), about("a-b", "c", "get", "x", "y").roleName())
	require.NotEqual(t, about("a", "b", "get", "x", "list").roleName(), about("a", "b", "list", "x", "").roleName())
}
