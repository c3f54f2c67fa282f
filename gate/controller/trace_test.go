package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	testingclock "k8s.io/utils/clock/testing"

	"depctl.dev/gate"
	"depctl.dev/gate/trace"
	"depctl.dev/lang"
)

// noon is when the gate of these tests begins to lead.
var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// traced returns a controller that sends spans, and knows nothing.
func traced(until time.Time) *Controller {
	clock := testingclock.NewFakePassiveClock(noon)
	s := newStore(func(lang.Ref, time.Time) {}, clock)
	s.traces = newTraces(trace.NewExporter(trace.Settings{SamplesPerMillion: trace.Million}), Scope{Except: []string{"kube-system"}})
	return &Controller{store: s, clock: clock, ledUntil: func() time.Time { return until }}
}

// overAt returns a Job that has succeeded at a time; at none, it has not ended.
func overAt(namespace, name, dependsOn string, at time.Time) *batchv1.Job {
	j := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: namespace, Name: name, UID: types.UID("uid-of-" + namespace + "-" + name), CreationTimestamp: metav1.NewTime(noon.Add(-2 * time.Hour)),
	}}
	if dependsOn != "" {
		j.Annotations = map[string]string{gate.DependsOnAnnotation: dependsOn, gate.ReleasedAnnotation: `{"uid":"` + string(j.UID) + `","by":"depctl-gate"}`}
	}
	if !at.IsZero() {
		j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(at)}}
	}
	return j
}

func TestWhatANewLeaderTellsOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		until, ended time.Time
		told         bool
	}{
		"it ended while no gate led":            {noon.Add(-10 * time.Minute), noon.Add(-5 * time.Minute), true},
		"it ended just before the last gate":    {noon.Add(-10 * time.Minute), noon.Add(-10*time.Minute - 30*time.Second), true},
		"the last gate has told it":             {noon.Add(-10 * time.Minute), noon.Add(-12 * time.Minute), false},
		"no gate has led, and it ended before":  {time.Time{}, noon.Add(-time.Second), false},
		"no gate has led, and it ends now":      {time.Time{}, noon, true},
		"no gate has led for long":              {noon.Add(-9 * time.Hour), noon.Add(-59 * time.Minute), true},
		"no gate has led for long, it was then": {noon.Add(-9 * time.Hour), noon.Add(-61 * time.Minute), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			controller := traced(c.until)
			require.NoError(t, controller.store.Replace([]any{overAt("etl", "load", "", c.ended), overAt("kube-system", "x", "", c.ended)}, "1"))
			require.Empty(t, controller.store.traces.list, "a standby tells of nothing")
			controller.leadTraces()
			var want []lang.Ref
			if c.told {
				want = []lang.Ref{lang.Job("etl", "load")}
			}
			require.Equal(t, want, controller.store.traces.list)
		})
	}
}

func TestAJobIsToldOnceWhenItEnds(t *testing.T) {
	t.Parallel()
	c := traced(time.Time{})
	s := c.store
	require.NoError(t, s.Replace([]any{overAt("etl", "load", "", time.Time{})}, "1"))
	c.leadTraces()
	failing := overAt("etl", "load", "", noon)
	failing.Status.Conditions[0].Type, failing.Status.Conditions[0].Reason = batchv1.JobFailureTarget, gate.ReasonDependencyFailed
	require.NoError(t, s.Update(failing))
	require.Empty(t, s.traces.ended, "the Job controller has not confirmed it")
	over := overAt("etl", "load", "", noon)
	require.NoError(t, s.Update(over))
	require.NoError(t, s.Update(over))
	require.Len(t, s.traces.ended, 1)
	require.NoError(t, s.Replace([]any{over, overAt("etl", "unseen", "", noon.Add(time.Second))}, "2"))
	require.Len(t, s.traces.ended, 1)
	require.Equal(t, []lang.Ref{lang.Job("etl", "unseen")}, s.traces.list, "it ended while the watch was away")
	require.NoError(t, s.Delete(over))
	require.NotContains(t, s.traces.told, over.UID)
	for range 2 * mostEnded {
		again := overAt("etl", "load", "", noon)
		again.UID = types.UID(time.Duration(len(s.traces.told)).String())
		require.NoError(t, s.Update(again), "nobody waits where too many have ended")
	}
	require.Len(t, s.traces.ended, mostEnded)
}

func TestLinksLeadWhereAJobMayLook(t *testing.T) {
	t.Parallel()
	c := traced(time.Time{})
	s := c.store
	load := overAt("etl", "load", "extract, m*, ml/train, other/*", noon)
	require.NoError(t, s.Replace([]any{
		overAt("etl", "extract", "", noon), overAt("etl", "m1", "", noon), overAt("etl", "m2", "", noon), load,
		overAt("ml", "train", "", noon), overAt("other", "secret", "", noon),
	}, "1"))
	job := gate.Observe(load)
	expr, err := job.Parse()
	require.NoError(t, err)
	answers := gate.Answers{}
	for _, q := range job.Questions(expr, &s.kinds) {
		if q.Target == "ml" {
			answers[q] = gate.Allowed
		}
	}
	names := func(access gate.Access) (all []string) {
		for _, l := range s.links(job, expr, access) {
			all = append(all, l.Name)
		}
		return all
	}
	require.Equal(t, []string{"etl/extract", "etl/m1", "etl/m2", "ml/train"}, names(answers))
	require.Equal(t, []string{"etl/extract", "etl/m1", "etl/m2"}, names(gate.Answers{}))
	links := s.links(job, expr, answers)
	own, related := s.traces.id(lang.Job("etl", "load"))
	require.True(t, related)
	require.Equal(t, own, links[2].Trace)
	require.NotEqual(t, own, links[3].Trace, "no trace has Jobs of two namespaces")
}
