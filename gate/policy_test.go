package gate

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

// The tables of docs/reference/language.md (what a status says of an outcome) and of
// docs/reference/annotations.md (what a policy makes of that), row by row against each other.
func TestEveryStatusUnderEveryPolicy(t *testing.T) {
	t.Parallel()
	const u, y, n = lang.Unknown, lang.True, lang.False
	outcomes := []struct {
		name   string
		object *lang.Object
	}{
		{"absent", nil},
		{"not started", &lang.Object{UID: "1"}},
		{"running", &lang.Object{UID: "1", Started: true, Ready: true}},
		{"succeeded", &lang.Object{UID: "1", Started: true, Outcome: lang.Succeeded}},
		{"failed", &lang.Object{UID: "1", Started: true, Outcome: lang.Failed}},
		{"skipped", &lang.Object{UID: "1", Outcome: lang.Skipped}},
	}
	statuses := []struct {
		text     string
		verdicts [6]lang.Value // in the order of outcomes
		relaxed  [6]lang.Value // the same once what is over is enough
	}{
		{"x", [6]lang.Value{u, u, u, y, n, n}, [6]lang.Value{u, u, u, y, y, y}},
		{"succeeded(x)", [6]lang.Value{u, u, u, y, n, n}, [6]lang.Value{u, u, u, y, y, y}},
		{"failed(x)", [6]lang.Value{u, u, u, n, y, n}, [6]lang.Value{u, u, u, y, y, y}},
		{"not failed(x)", [6]lang.Value{u, u, u, y, n, y}, [6]lang.Value{u, u, u, y, y, y}},
		{"skipped(x)", [6]lang.Value{u, u, n, n, n, y}, [6]lang.Value{u, u, u, y, y, y}},
		{"finished(x)", [6]lang.Value{u, u, u, y, y, y}, [6]lang.Value{u, u, u, y, y, y}},
		{"started(x)", [6]lang.Value{u, u, y, y, y, n}, [6]lang.Value{u, u, y, y, y, y}},
		{"ready(x)", [6]lang.Value{u, u, y, y, n, n}, [6]lang.Value{u, u, y, y, y, y}},
		{"exists(x)", [6]lang.Value{u, y, y, y, y, y}, [6]lang.Value{u, y, y, y, y, y}},
		{"x, failed(x)", [6]lang.Value{u, u, u, n, n, n}, [6]lang.Value{u, u, u, y, y, y}},
	}
	actions := map[Policy]map[lang.Value]Action{
		"":   {y: Releasing, u: Waiting, n: Failing},
		Fail: {y: Releasing, u: Waiting, n: Failing},
		Wait: {y: Releasing, u: Waiting, n: Waiting},
	}
	decide := func(text string, policy Policy, object *lang.Object, timeout string) Decision {
		job := Observe(waiting(annotation(DependsOnAnnotation, text), annotation(OnFailureAnnotation, string(policy)),
			annotation(WaitTimeoutAnnotation, timeout)))
		job.Created = time.Unix(1000, 0)
		expr, err := job.Parse()
		require.NoError(t, err)
		return Decide(Snapshot{Job: job, Expr: expr, World: world{"etl/x": object}, Now: time.Unix(1060, 0)})
	}
	for _, status := range statuses {
		for i, outcome := range outcomes {
			for _, policy := range []Policy{"", Fail, Wait, Run} {
				t.Run(fmt.Sprintf("%s of a Job %s, policy %q", status.text, outcome.name, policy), func(t *testing.T) {
					verdict, then := status.verdicts[i], policy
					if policy == Run {
						then = Fail
						if verdict != y {
							verdict = status.relaxed[i]
						}
					}
					want := actions[then][verdict]
					require.Equal(t, want, decide(status.text, policy, outcome.object, "").Action)

					before := decide(status.text, policy, outcome.object, "61s")
					require.Equal(t, want, before.Action, "before its time is up")
					after := decide(status.text, policy, outcome.object, "60s")
					if want == Waiting {
						require.Equal(t, time.Unix(1061, 0), before.Next)
						require.Equal(t, Failing, after.Action, "its time is up")
						require.Equal(t, ReasonDependencyTimeout, after.Reason)
					} else {
						require.Equal(t, want, after.Action, "what is decided is not late")
					}
				})
			}
		}
	}
}

func TestWhatATimeoutEnds(t *testing.T) {
	t.Parallel()
	late := annotation(WaitTimeoutAnnotation, "1m")
	decide := func(job Job) Decision {
		job.Created = time.Unix(1000, 0)
		expr, err := job.Parse()
		return Decide(Snapshot{Job: job, Expr: expr, Invalid: err, World: world{}, Now: time.Unix(2000, 0)})
	}
	require.Equal(t, ReasonDependencyTimeout, decide(Observe(waiting(late, annotation(DependsOnAnnotation, "Load")))).Reason,
		"a text that nobody fixes")
	require.Equal(t, ReasonDependencyTimeout, decide(Observe(waiting(late, annotation(OnFailureAnnotation, "never")))).Reason,
		"a policy that nobody fixes")
	require.Equal(t, ReasonHeld, decide(Observe(waiting(late, annotation(HoldAnnotation, "")))).Reason, "not a hold")
	require.Equal(t, ReasonInvalidAnnotation, decide(Observe(waiting(annotation(WaitTimeoutAnnotation, "1 minute")))).Reason,
		"not by a time that cannot be read")
	require.Equal(t, "never ran: still waiting: etl/extract does not exist after 1m", decide(Observe(waiting(late))).Message)
}
