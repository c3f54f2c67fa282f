package snapshot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// A right that was granted after the gate's last word is being asked for.
func TestARightGrantedLaterIsNotCalledMissing(t *testing.T) {
	q := gate.Question{Namespace: "rep", Account: "default", Verb: "get", Target: "etl", Name: "job1"}
	h := &Hearsay{heard: gate.Answers{q: gate.Denied}, Asked: gate.Answers{q: gate.Allowed}}
	require.Equal(t, gate.Unasked, h.Answer(q))
	h.heard[q] = gate.Disabled
	require.Equal(t, gate.Disabled, h.Answer(q), "no right helps where the gate honours none")
	h.heard, h.Asked[q] = gate.Answers{}, gate.Denied
	require.Equal(t, gate.Denied, h.Answer(q))
	require.Equal(t, gate.Allowed, Hopeful{&Hearsay{}}.Answer(q))
}

// A simulation changes nothing of the world that it is asked about: what the gate wrote
// on a Job still counts when the Job has run in the simulation.
func TestASimulationLeavesWhatWasHeard(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	w := NewWorld(noon)
	w.Access = &Hearsay{Asked: gate.Answers{}}
	done := gate.Job{Namespace: "etl", Name: "job0", UID: "u0", Started: noon.Add(-time.Hour), Object: &lang.Object{Outcome: lang.Succeeded, Finished: noon.Add(-50 * time.Minute)}}
	runs := gate.Job{Namespace: "etl", Name: "job1", UID: "u1", Started: noon.Add(-time.Minute), Object: &lang.Object{Started: true}}
	waits := gate.Job{
		Namespace: "rep", Name: "load", UID: "u2", ServiceAccount: "default", Annotated: true, DependsOn: "etl/job1", Suspended: true,
		Created: noon.Add(-time.Hour), Object: &lang.Object{},
		Condition: &gate.Condition{Reason: gate.ReasonWaiting, Message: "waiting: etl/job1 has not finished", Written: noon.Add(-time.Minute)},
	}
	for _, job := range []gate.Job{done, runs, waits} {
		w.Add(job)
	}
	q := NewInquiry(w)
	question := waits.Questions(w.Graph.Expr(waits.Ref()), nil)[0]
	require.Equal(t, gate.Allowed, w.Access.Answer(question))
	require.True(t, q.Expect(waits.Ref()).Known())
	require.Equal(t, gate.Allowed, w.Access.Answer(question))
	require.Equal(t, gate.Waiting, q.Decision(waits.Ref()).Action)
	require.Equal(t, lang.Undecided, w.Jobs[runs.Ref()].Outcome())
}

// The gate tells a Job of a cycle through other namespaces by rights that the Job's own text asks for.
func TestACycleIsShownToWhomTheGateTellsOfIt(t *testing.T) {
	for mode, want := range map[string]string{"rbac": gate.ReasonWaiting, "open": gate.ReasonDependencyCycle} {
		w := NewWorld(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
		w.Reach.CrossNamespace = mode
		h := &Hearsay{Asked: gate.Answers{}}
		w.Access = h
		for _, job := range []gate.Job{
			{Namespace: "n", Name: "a", DependsOn: "m/b"}, {Namespace: "m", Name: "b", DependsOn: "n/a, n/c"}, {Namespace: "n", Name: "c", DependsOn: "a"},
		} {
			job.UID, job.ServiceAccount, job.Annotated, job.Suspended, job.Object = types.UID(job.Name), "default", true, true, &lang.Object{}
			w.Add(job)
			for _, q := range job.Questions(w.Graph.Expr(job.Ref()), nil) {
				h.Asked[q] = gate.Allowed
			}
		}
		w.Settle()
		require.Equal(t, gate.ReasonDependencyCycle, w.Decide(lang.Job("n", "a")).Reason, mode)
		require.Equal(t, []lang.Ref{lang.Job("m", "b"), lang.Job("n", "a")}, w.Graph.Cycle(lang.Job("n", "c")))
		require.Equal(t, want, w.Decide(lang.Job("n", "c")).Reason, mode)
	}
}

// TestOnlyTheGateKnowsHowManyAreStarting has a Job that could be released by all that is seen here.
func TestOnlyTheGateKnowsHowManyAreStarting(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	w := NewWorld(noon)
	const message = "waiting: 2 pods are starting, of 2 that may be (--max-starting)"
	waits := gate.Job{
		Namespace: "etl", Name: "load", UID: "u", Annotated: true, DependsOn: "job0", Suspended: true, Object: &lang.Object{},
		Condition: &gate.Condition{Reason: gate.ReasonTooManyStarting, Message: message, Written: noon.Add(-time.Hour)},
	}
	w.Add(gate.Job{Namespace: "etl", Name: "job0", UID: "u0", Object: &lang.Object{Outcome: lang.Succeeded, Finished: noon.Add(-time.Minute)}})
	w.Add(waits)
	d := NewInquiry(w).Decision(waits.Ref())
	require.Equal(t, gate.Waiting, d.Action)
	require.Equal(t, message, d.Message)
	require.Equal(t, gate.StateWaiting, gate.StateOf(waits, d))
}
