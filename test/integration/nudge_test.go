package integration

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// tenYears is what a nudge sets.
const tenYears = 315360000

// A Job in the middle of a chain is released by one patch and nudged by another;
// the last, for which nobody waits, is only released.
func TestAChainIsNudged(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	const n = 10
	for i := n; i > 0; i-- {
		s.make(fmt.Sprintf("job-%d", i), fmt.Sprintf("job-%d", i-1))
	}
	s.make("job-0", "")
	last := fmt.Sprintf("job-%d", n)
	s.completes(last)
	nudged := 0
	for i := 1; i < n; i++ {
		name := fmt.Sprintf("job-%d", i)
		job := s.get(name)
		if limit := job.Spec.ActiveDeadlineSeconds; limit != nil {
			require.EqualValues(t, tenYears, *limit, name)
			patches := slices.DeleteFunc(s.patches(name), func(r request) bool { return r.ResponseStatus.Code != 200 })
			want := 2
			if ttl := job.Spec.TTLSecondsAfterFinished; ttl != nil { // the first had not helped in 200 ms
				require.EqualValues(t, tenYears, *ttl, name)
				want = 3
			}
			require.Len(t, patches, want, name)
			nudged++
		}
		require.Equal(t, "true", job.Spec.Template.Labels[gate.AwaitedLabel])
	}
	require.Greater(t, nudged, n/2, "on a busy machine the Job controller may be faster")
	require.Len(t, s.patches(last), 1)
	require.Nil(t, s.get(last).Spec.ActiveDeadlineSeconds)
	require.Empty(t, s.get(last).Spec.Template.Labels[gate.AwaitedLabel])
	require.Empty(t, s.patches("job-0"), "what is not annotated is left alone")
	first, end := s.get("job-1").Status.StartTime, s.get(last).Status.CompletionTime
	t.Logf("a chain of %d in %v, to the second", n, end.Sub(first.Time))
}

// A Job that waits for nothing is nudged if its maker asks for it, and a large array is.
func TestFirstJobsAndLargeArraysAreNudged(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	awaited := func(j *batchv1.Job) { j.Spec.Template.Labels = map[string]string{gate.AwaitedLabel: "true"} }
	const n = 5 // of which the Job controller may be faster with some
	nudged := func(prefix string) (all int) {
		for i := range n {
			name := fmt.Sprintf("%s-%d", prefix, i)
			job := s.get(name)
			require.Equal(t, "true", job.Spec.Template.Labels[gate.AwaitedLabel])
			require.Equal(t, "Complete CompletionsReached", ends(job))
			if limit := job.Spec.ActiveDeadlineSeconds; limit != nil {
				require.EqualValues(t, tenYears, *limit)
				all++
			}
		}
		return all
	}
	for i := range n {
		s.make(fmt.Sprintf("array-%d", i), fmt.Sprintf("first-%d", i), indexed(120), func(j *batchv1.Job) { j.Spec.Parallelism = ptr.To(int32(120)) })
		s.make(fmt.Sprintf("next-%d", i), fmt.Sprintf("array-%d", i))
	}
	for i := range n {
		s.make(fmt.Sprintf("first-%d", i), "", awaited)
	}
	for i := range n {
		s.completes(fmt.Sprintf("next-%d", i))
	}
	require.Positive(t, nudged("first"))
	require.Positive(t, nudged("array"))
}

// Whatever happens to a Job in the second in which its pods have succeeded and it
// does not say so yet, it ends as without the nudge.
func TestANudgeChangesNoEnd(t *testing.T) {
	t.Parallel()
	two := func(j *batchv1.Job) {
		indexed(2)(j)
		j.Spec.Parallelism = ptr.To(int32(2))
	}
	patched := func(patch string) func(*space, string) {
		return func(s *space, job string) { s.patch(job, patch) }
	}
	for name, test := range map[string]struct {
		changes  []change
		succeeds int // pods; 1 if it is 0
		disturb  func(s *space, job string)
	}{
		"its pod is deleted": {disturb: func(s *space, job string) {
			_ = s.client.CoreV1().Pods(s.name).DeleteCollection(s.t.Context(), metav1.DeleteOptions{},
				metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job})
		}},
		"it is suspended":         {disturb: patched(`{"spec":{"suspend":true}}`)},
		"its retries are changed": {disturb: patched(`{"spec":{"backoffLimit":7}}`)},
		"it grows":                {changes: []change{two}, succeeds: 2, disturb: patched(`{"spec":{"completions":3,"parallelism":3}}`)},
		"it shrinks":              {changes: []change{two}, succeeds: 2, disturb: patched(`{"spec":{"completions":1,"parallelism":1}}`)},
		"another pod has failed":  {changes: []change{two, template("fail-indexes", "1")}},
		"its deadline is near":    {changes: []change{func(j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = ptr.To(int64(4)) }}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outcome := map[bool]string{}
			for _, nudged := range []bool{false, true} {
				s := shared.namespace(t).byForce()
				s.make("root", "")
				s.make("x", "root", test.changes...)
				if nudged {
					s.make("next", "x")
				}
				s.until("its pods have succeeded", func() bool { return s.succeeded("x") >= max(1, test.succeeds) })
				if test.disturb != nil {
					test.disturb(s, "x")
				}
				s.until("it has ended", func() bool { return len(ends(s.get("x"))) > 0 })
				outcome[nudged] = ends(s.get("x"))
			}
			require.Equal(t, outcome[false], outcome[true])
		})
	}
}

// A gate that is killed while a Job is about to say that it is complete, before or
// after its nudge, leaves nothing behind that the next one would not fix.
func TestAGateIsKilledAboutANudge(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	g := c.gate(t, sandbox.GateOptions{})
	s := c.namespace(t)
	const n = 6
	for i := n; i > 0; i-- {
		s.make(fmt.Sprintf("job-%d", i), fmt.Sprintf("job-%d", i-1))
	}
	s.make("job-0", "")
	for i := 1; i < n; i += 2 {
		name := fmt.Sprintf("job-%d", i)
		s.until("its pod has succeeded", func() bool { return s.succeeded(name) > 0 })
		require.NoError(t, g.Kill())
		g = c.gate(t, sandbox.GateOptions{})
	}
	s.completes(fmt.Sprintf("job-%d", n))
	for i := 1; i <= n; i++ {
		name := fmt.Sprintf("job-%d", i)
		job := s.get(name)
		require.Equal(t, "Complete CompletionsReached", ends(job))
		require.EqualValues(t, 1, job.Status.Succeeded)
		patches := slices.DeleteFunc(s.patches(name), func(r request) bool { return r.ResponseStatus.Code != 200 })
		require.LessOrEqual(t, len(patches), 2, "%s: its release, and one nudge", name)
	}
}

// succeeded counts the pods of a Job that have succeeded.
func (s *space) succeeded(job string) (n int) {
	list, err := s.client.CoreV1().Pods(s.name).List(s.t.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job})
	require.NoError(s.t, err)
	for _, pod := range list.Items {
		if pod.Status.Phase == "Succeeded" {
			n++
		}
	}
	return n
}

// ends returns the terminal condition of a Job, empty if it has none.
func ends(job *batchv1.Job) string {
	at := slices.IndexFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Status == "True" && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed)
	})
	if at < 0 {
		return ""
	}
	return string(job.Status.Conditions[at].Type) + " " + job.Status.Conditions[at].Reason
}

// A Job whose deadline is set is nudged by its TTL, and one with both takes its
// second; nothing is cleaned away by it.
func TestNudgesOfJobsWithLimits(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("root", "")
	const n = 5 // of which the Job controller may be faster with some
	for i := range n {
		s.make(fmt.Sprintf("limited-%d", i), "root", func(j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = ptr.To(int64(600)) })
	}
	s.make("both", "root", func(j *batchv1.Job) {
		j.Spec.ActiveDeadlineSeconds, j.Spec.TTLSecondsAfterFinished = ptr.To(int64(600)), ptr.To(int32(600))
	})
	s.make("near", "root", func(j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = ptr.To(int64(9)) })
	s.make("next", "limited-* >= 5, both, finished(near)") // on a busy machine its 9 s may not be enough
	s.completes("next")
	nudged := 0
	for i := range n {
		job := s.get(fmt.Sprintf("limited-%d", i))
		require.EqualValues(t, 600, *job.Spec.ActiveDeadlineSeconds)
		require.Empty(t, job.Finalizers, "in ten years is not at risk")
		if ttl := job.Spec.TTLSecondsAfterFinished; ttl != nil {
			require.EqualValues(t, tenYears, *ttl)
			nudged++
		}
	}
	require.Positive(t, nudged)
	require.EqualValues(t, 600, *s.get("both").Spec.TTLSecondsAfterFinished)
	require.Nil(t, s.get("near").Spec.TTLSecondsAfterFinished)
}

// A gate that starts when the pod of a Job has succeeded already, or without the
// nudge, finds the Job complete a second later, as ever.
func TestWithoutTheNudge(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	_, err := c.StartGate(t.Context(), sandbox.GateOptions{Args: []string{"--nudge=false"}})
	require.NoError(t, err)
	s := c.namespace(t)
	s.make("c", "b")
	s.make("b", "a")
	s.make("a", "")
	s.completes("c")
	require.Len(t, s.patches("b"), 1)
	require.Nil(t, s.get("b").Spec.ActiveDeadlineSeconds)
	b := s.get("b")
	require.NotContains(t, b.Spec.Template.Labels, gate.AwaitedLabel)
	require.Less(t, time.Duration(0), s.get("c").Status.StartTime.Sub(b.Status.StartTime.Time))
}
