package snapshot

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"pgregory.net/rapid"

	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// user is a Job that waits for others, if it names any, and uses limits.
func user(name, dependsOn, uses string, takes time.Duration) gate.Job {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: name, UID: types.UID("uid-" + name), CreationTimestamp: metav1.Unix(1000, 0), Annotations: map[string]string{}},
		Spec:       batchv1.JobSpec{Suspend: ptr.To(true), PodReplacementPolicy: ptr.To(batchv1.Failed)},
	}
	job.Annotations[gate.ExpectedDurationAnnotation] = takes.String()
	if dependsOn != "" {
		job.Annotations[gate.DependsOnAnnotation] = dependsOn
	}
	if uses != "" {
		job.Annotations[gate.UsesAnnotation] = uses
	}
	return gate.Observe(job)
}

func length(w *World) func(lang.Ref) (simulate.Estimate, bool) {
	return func(ref lang.Ref) (simulate.Estimate, bool) {
		return simulate.Estimate{Duration: w.Jobs[ref].Expected, Annotated: true}, true
	}
}

// TestASimulationKeepsLimits plays random Jobs that use random limits. Nothing exceeds a limit
// at any moment, and all that can run do.
func TestASimulationKeepsLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := NewWorld(time.Unix(2000, 0))
		w.Limits = Limits{Known: true, Maps: gate.LimitMaps{"etl": {"x": "3", "y": "2"}}}
		var names []string
		for i := range rapid.IntRange(1, 20).Draw(t, "jobs") {
			uses := rapid.SampledFrom([]string{"", "x", "x=2", "x=3", "y", "x, y", "x=2, y=2", "x=4"}).Draw(t, "uses")
			dependsOn := ""
			if len(names) > 0 && rapid.Bool().Draw(t, "depends") {
				dependsOn = rapid.SampledFrom(names).Draw(t, "on")
			}
			if uses == "" && dependsOn == "" {
				uses = "x"
			}
			job := user(fmt.Sprintf("job-%d", i), dependsOn, uses, time.Duration(rapid.IntRange(1, 5).Draw(t, "takes"))*time.Minute)
			job.Uses.Priority = gate.Priority{Said: true, Value: int64(rapid.IntRange(0, 2).Draw(t, "priority"))}
			names = append(names, job.Name)
			w.Add(job)
		}
		run := w.Simulate(simulate.Options{Length: length(w)})
		require.Len(t, run.Jobs, len(names)-len(run.Idle))
		for _, one := range run.Jobs {
			for _, name := range []limit.Name{{Namespace: "etl", Key: "x"}, {Namespace: "etl", Key: "y"}} {
				used := int64(0)
				for _, other := range run.Jobs {
					if other.Start <= one.Start && one.Start < other.End {
						for _, need := range w.Jobs[other.Ref].Needs() {
							if need.Limit == name {
								used += need.Tokens
							}
						}
					}
				}
				require.LessOrEqual(t, used, map[string]int64{"x": 3, "y": 2}[name.Key])
			}
		}
		hopeless := map[string]bool{}
		for _, name := range names { // in the order in which they were made
			job := w.Jobs[lang.Job("etl", name)]
			hopeless[name] = job.Uses.Text == "x=4" || hopeless[job.DependsOn]
			_, idle := run.Idle[job.Ref()]
			require.Equal(t, hopeless[name], idle, name)
		}
	})
}

func TestWhatAJobComesAfterIsWhoHadItsTokens(t *testing.T) {
	t.Parallel()
	w := NewWorld(time.Unix(2000, 0))
	w.Limits = Limits{Known: true, Maps: gate.LimitMaps{"etl": {"x": "1", "y": "1"}}}
	for _, job := range []gate.Job{
		user("a", "", "x", 10*time.Minute), user("other", "", "y", 10*time.Minute), user("early", "", "y", time.Minute), user("b", "early", "x", time.Minute),
	} {
		w.Add(job)
	}
	run := w.Simulate(simulate.Options{Length: length(w)})
	b := run.Jobs[lang.Job("etl", "b")]
	require.Equal(t, 11*time.Minute, b.Start, "early comes second for y")
	require.Equal(t, "early", b.After.Name)
	require.False(t, b.BySlot)
	w.Limits.Maps["etl"]["y"] = "2"
	run = w.Simulate(simulate.Options{Length: length(w)})
	b = run.Jobs[lang.Job("etl", "b")]
	require.Equal(t, 10*time.Minute, b.Start)
	require.Equal(t, "a", b.After.Name, "it had the token of x, other had none of it")
	require.True(t, b.BySlot)
	require.True(t, run.Jobs[lang.Job("etl", "a")].Critical)
}

// TestOnlyTheGateKnowsWhoseTurnItIs has a Job that the gate has told to wait: where another namespace
// waits, too, only the gate knows whose turn it is.
func TestOnlyTheGateKnowsWhoseTurnItIs(t *testing.T) {
	t.Parallel()
	told := user("a", "", "ops/x", time.Minute)
	told.Condition = &gate.Condition{Reason: gate.ReasonLimitReached, Message: "waiting for tokens: others are before it", Written: time.Unix(1500, 0)}
	for name, test := range map[string]struct {
		others []gate.Job
		action gate.Action
	}{
		"alone":                     {nil, gate.Releasing},
		"beside another namespace":  {[]gate.Job{func() gate.Job { j := told; j.Namespace = "rep"; return j }()}, gate.Waiting},
		"beside one that uses less": {[]gate.Job{func() gate.Job { j := told; j.Namespace, j.Condition = "rep", nil; return j }()}, gate.Releasing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(time.Unix(2000, 0))
			w.Limits = Limits{Known: true, Maps: gate.LimitMaps{"ops": {"x": "1"}}, Others: test.others}
			w.Add(told)
			w.Settle()
			require.Equal(t, test.action, w.Decide(told.Ref()).Action)
		})
	}
}

func TestPlacesInLine(t *testing.T) {
	t.Parallel()
	w := NewWorld(time.Unix(2000, 0))
	w.Limits = Limits{Known: true, Maps: gate.LimitMaps{"etl": {"x": "2"}}}
	runs := user("runs", "", "x", time.Minute)
	runs.Suspended = false
	w.Add(runs)
	for _, job := range []gate.Job{user("a", "", "x=2", time.Minute), user("b", "", "x", time.Minute), user("never", "", "x=3", time.Hour)} {
		w.Add(job)
	}
	w.Settle()
	limits := w.LimitsNow()
	require.Len(t, limits, 1)
	names := []string{}
	for _, one := range limits[0].Waiters {
		names = append(names, one.Ref.Name)
	}
	require.Equal(t, []string{"a", "b", "never"}, names)
	require.Equal(t, int64(1), limits[0].Used, "what runs unheld counts")
	for i, name := range names {
		short := w.ShortOf(lang.Job("etl", name))
		require.Len(t, short, 1)
		require.Equal(t, i+1, short[0].Place)
		require.Equal(t, name != "never", short[0].Possible)
	}
	require.Nil(t, w.ShortOf(runs.Ref()))
	require.True(t, slices.ContainsFunc(limits[0].Waiters, func(one Waiter) bool { return one.Why == "what is free of etl/x is kept for etl/a" }))
}

// arrayOf makes a Job of user an array of so many elements that has been released element by element
// where letGo says how many of its pods have been let go.
func arrayOf(w *World, job gate.Job, size int, letGo int) gate.Job {
	full := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: job.Namespace, Name: job.Name, UID: job.UID, CreationTimestamp: metav1.NewTime(job.Created),
		Annotations: map[string]string{gate.UsesAnnotation: job.Uses.Text, gate.ExpectedDurationAnnotation: job.Expected.String()},
	}}
	full.Spec = batchv1.JobSpec{
		Suspend: ptr.To(letGo < 0), PodReplacementPolicy: ptr.To(batchv1.Failed), CompletionMode: ptr.To(batchv1.IndexedCompletion),
		Completions: ptr.To(int32(size)), Parallelism: ptr.To(int32(size)),
	}
	if letGo < 0 {
		return gate.Observe(full)
	}
	full.Annotations[gate.ReleasedAnnotation] = `{"uid":"` + string(job.UID) + `"}`
	full.Spec.Template.Annotations = map[string]string{gate.TokensAnnotation: "etl/" + job.Uses.Text}
	full.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
	for i := range size {
		pod := gate.Pod{Name: fmt.Sprint(job.Name, "-", i), UID: types.UID(fmt.Sprint(job.Name, "-", i)), Index: int64(i), Gate: -1}
		if i >= letGo {
			pod.Gate = 0
		}
		w.Pods[job.UID] = append(w.Pods[job.UID], pod)
	}
	return gate.Observe(full)
}

func TestElementsInLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limit   string
		used    int64
		waiting []string
		open    int
		says    string
	}{
		"some wait":  {"3", 3, []string{"behind", "array"}, 0, "LimitReached: released: all 4 elements may run; 2 wait for tokens: 1 of etl/x, of which 3 of 3 are in use"},
		"all may go": {"9", 3, []string{"behind", "array"}, 2, "Met: released: all 4 elements may run"},
		"one may go": {"5", 3, []string{"behind", "array"}, 1, "LimitReached: released: all 4 elements may run; 1 waits for tokens: 1 of etl/x, of which 5 of 5 are in use"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(time.Unix(2000, 0))
			w.Limits = Limits{Known: true, Maps: gate.LimitMaps{"etl": {"x": test.limit}}}
			w.Add(arrayOf(w, user("array", "", "x", time.Minute), 4, 2))
			runs := user("runs", "", "x", time.Minute)
			runs.Suspended = false
			w.Add(runs)
			behind := user("behind", "", "x", time.Minute)
			behind.Uses.Priority = gate.Priority{Said: true, Value: 1}
			w.Add(behind)
			w.Settle()
			limits := w.LimitsNow()
			require.Len(t, limits, 1)
			require.Equal(t, test.used, limits[0].Used)
			var waiting []string
			for _, one := range limits[0].Waiters {
				waiting = append(waiting, one.Ref.Name)
			}
			require.Equal(t, test.waiting, waiting)
			d := w.Decide(lang.Job("etl", "array"))
			require.Len(t, d.Elements.Open, test.open)
			require.Equal(t, test.says, d.Reason+": "+d.Message)
		})
	}
}

func TestAPlanRunsAnArrayWithAsManyTokensAsThereAre(t *testing.T) {
	t.Parallel()
	w := NewWorld(time.Unix(2000, 0))
	w.Limits = Limits{Known: true, Maps: gate.LimitMaps{"etl": {"x": "3"}}}
	w.Add(arrayOf(w, user("array", "", "x", time.Minute), 4, -1))
	w.Add(user("next", "", "x", time.Minute))
	run := w.Simulate(simulate.Options{Length: length(w)})
	require.Empty(t, run.Idle)
	require.Equal(t, time.Minute, run.Jobs[lang.Job("etl", "next")].Start)
}
