package peers

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

func TestAChainGoesThroughAQueueInItsOrder(t *testing.T) {
	s := newSpace(t).withQueue(10)
	s.make("extract", "", queued)
	s.make("load", "extract", queued)
	s.make("report", "load", queued)
	var before *batchv1.Job
	for _, name := range []string{"extract", "load", "report"} {
		job := s.untilEnds(name, batchv1.JobComplete)
		if before != nil {
			require.False(t, job.Status.StartTime.Before(before.Status.CompletionTime), "%s started before %s was complete", name, before.Name)
			require.NotContains(t, job.Annotations, gate.KueueGatesAnnotation)
			require.Contains(t, job.Annotations[gate.ReleasedAnnotation], `"kueue":true`)
		}
		before = job
	}
}

func TestAJobThatWaitsHoldsNoQuota(t *testing.T) {
	s := newSpace(t).withQueue(1)
	load := s.make("load", "extract", queued)
	require.True(t, suspended(load), "Kueue suspends it")
	require.Equal(t, gate.KueueGate, load.Annotations[gate.KueueGatesAnnotation])
	s.untilQuota("load", "False AdmissionGated")
	s.untilSays("load", gate.ReasonWaiting)

	s.make("other", "", queued, untilTold)
	s.untilQuota("other", "True")
	s.make("extract", "")
	require.True(t, suspended(s.untilReleased("load")), "the queue is full, and suspend is Kueue's")
	s.untilQuota("load", "False Pending")
	s.untilSays("load", gate.ReasonMet)
	s.tell("other")
	s.untilEnds("load", batchv1.JobComplete)
}

func TestAReleasedJobThatKueuePreemptsIsLeftAlone(t *testing.T) {
	s := newSpace(t).withQueue(1)
	s.make("extract", "")
	s.make("load", "extract", queued, untilTold)
	s.untilQuota("load", "True")
	s.until("load runs", func() bool { return s.get("load").Status.Active == 1 })
	s.make("urgent", "", queued, first, untilTold)
	s.until("load is preempted", func() bool { return suspended(s.get("load")) })
	s.until("urgent runs", func() bool { return s.get("urgent").Status.Active == 1 })
	s.restartGate() // what it has to say, it says by what it finds
	s.tell("urgent")
	s.untilQuota("load", "True")
	s.tell("load")
	s.untilEnds("load", batchv1.JobComplete)
	s.patched(1, "load")
	require.NotContains(t, s.kubectl("get", "events"), gate.ReasonForeignOwner)
}

func TestAReleaseComesWhenKueueIsBack(t *testing.T) {
	s := newSpace(t).withQueue(1)
	s.make("extract", "", untilTold)
	s.make("load", "extract", queued)
	s.untilQuota("load", "False AdmissionGated")
	require.NoError(t, s.Kill(sandbox.Kueue))
	t.Cleanup(func() { require.NoError(t, s.Restart(context.Background(), sandbox.Kueue)) })
	s.tell("extract")
	message := s.untilSays("load", gate.ReasonPatchRefused)
	require.Contains(t, message, "vjob.kb.io", "Kueue's webhook is asked about each update")
	require.NoError(t, s.Restart(t.Context(), sandbox.Kueue))
	s.untilEnds("load", batchv1.JobComplete)
}

func TestTheEntriesOfOthersStay(t *testing.T) {
	s := newSpace(t).withQueue(1)
	s.make("extract", "", untilTold)
	job := s.make("load", "extract", queued, func(j *batchv1.Job) {
		j.Annotations[gate.KueueGatesAnnotation] = "example.com/budget, example.com/licence"
	})
	require.Equal(t, "example.com/budget, example.com/licence,depctl.dev/gate", job.Annotations[gate.KueueGatesAnnotation])
	twice := s.make("twice", "extract", queued, func(j *batchv1.Job) { j.Annotations[gate.KueueGatesAnnotation] = "depctl.dev/gate" })
	require.Equal(t, "depctl.dev/gate", twice.Annotations[gate.KueueGatesAnnotation], "once only")
	s.tell("extract")
	s.untilEnds("twice", batchv1.JobComplete)
	require.Equal(t, "example.com/budget,example.com/licence", s.untilReleased("load").Annotations[gate.KueueGatesAnnotation])
	s.untilQuota("load", "False AdmissionGated")
	s.patch("load", `{"metadata":{"annotations":{"kueue.x-k8s.io/admission-gated-by":null}}}`)
	s.untilEnds("load", batchv1.JobComplete)
}

func (s *space) patch(name, patch string) {
	s.t.Helper()
	_, err := s.client.BatchV1().Jobs(s.name).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(s.t, err)
}

func TestEachJobIsReleasedOnceWhenTheGateIsKilled(t *testing.T) {
	s := newSpace(t).withQueue(4)
	const jobs = 12
	for round := range 3 {
		before := fmt.Sprintf("extract-%d", round)
		s.make(before, "", untilTold)
		for i := range jobs {
			s.make(fmt.Sprintf("load-%d-%d", round, i), before, queued)
		}
		s.untilSays(fmt.Sprintf("load-%d-%d", round, jobs-1), gate.ReasonWaiting)
		s.tell(before)
		// Somewhere in the middle of the releases, or before, or after.
		s.until("some are released", func() bool {
			return round == 0 || gate.Observe(s.get(fmt.Sprintf("load-%d-%d", round, 4*round-1))).Released
		})
		s.restartGate()
		for i := range jobs {
			s.untilEnds(fmt.Sprintf("load-%d-%d", round, i), batchv1.JobComplete)
		}
	}
	// Of a gate that is killed as it asks, the log may have no answer.
	for round := range 3 {
		for i := range jobs {
			require.LessOrEqual(t, s.writes("depctl-gate", fmt.Sprintf("load-%d-%d", round, i))["patch jobs"], 1)
		}
	}
	t.Log(s.writes("depctl-gate"))
}

func TestAJobWhosePrerequisiteFailsFailsAndLeavesTheQueue(t *testing.T) {
	s := newSpace(t).withQueue(1)
	s.make("extract", "", fails)
	s.make("load", "extract", queued)
	s.make("report", "load", queued)
	s.make("clean", "failed(extract) or skipped(load)", queued)
	for _, name := range []string{"load", "report"} {
		job := s.untilEnds(name, batchv1.JobFailed)
		require.Zero(t, job.Status.Failed, "it never ran")
		s.untilFinished(name)
		require.NotEqual(t, "True", s.quota(name))
	}
	s.untilEnds("clean", batchv1.JobComplete)
	s.until("the queue is free", func() bool {
		return s.kubectl("get", "clusterqueue", s.name, "-o", "jsonpath={.status.reservingWorkloads}") == "0"
	})
}

func TestAJobMayWaitForAFailureAndATimeUnderKueue(t *testing.T) {
	s := newSpace(t).withQueue(1)
	s.make("late", "never", queued, func(j *batchv1.Job) { j.Annotations[gate.WaitTimeoutAnnotation] = "3s" })
	s.untilEnds("late", batchv1.JobFailed)
	s.make("held", "extract", queued, func(j *batchv1.Job) { j.Annotations[gate.HoldAnnotation] = "by hand" })
	s.make("extract", "")
	s.untilSays("held", gate.ReasonHeld)
	s.patch("held", `{"metadata":{"annotations":{"depctl.dev/hold":null}}}`)
	s.untilEnds("held", batchv1.JobComplete)
}

func TestWhatCannotGoThroughAQueueIsHeldWithTheReason(t *testing.T) {
	s := newSpace(t).withQueue(10)
	indexed := func(j *batchv1.Job) {
		mode, n := batchv1.IndexedCompletion, int32(3)
		j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = &mode, &n, &n
	}
	annotated := func(key, value string) change { return func(j *batchv1.Job) { j.Annotations[key] = value } }
	s.make("shards", "", indexed, untilTold)
	s.make("each", "shards[i]", queued, indexed)
	s.make("whole", "shards", queued, indexed)
	require.Contains(t, s.untilSays("each", gate.ReasonInvalidExpression), "released as a whole")
	for key, value := range map[string]string{
		gate.UsesAnnotation: "tokens", gate.NearAnnotation: "node", gate.ArrayLimitAnnotation: "2",
	} {
		name := "with-" + key[len("depctl.dev/"):]
		s.make(name, "shards", queued, indexed, annotated(key, value))
		require.Contains(t, s.untilSays(name, gate.ReasonInvalidAnnotation), "is not for Jobs in a queue of Kueue")
	}
	s.tell("shards")
	s.untilEnds("whole", batchv1.JobComplete)
	require.True(t, suspended(s.get("each")))
	require.Equal(t, gate.KueueGate, s.get("each").Annotations[gate.KueueGatesAnnotation])
}

func TestAWriteThatDropsTheEntryDoesNotDropTheHold(t *testing.T) {
	s := newSpace(t).withQueue(1)
	s.make("load", "never", queued)
	s.patch("load", `{"metadata":{"annotations":{"kueue.x-k8s.io/admission-gated-by":null}}}`)
	require.Equal(t, gate.KueueGate, s.get("load").Annotations[gate.KueueGatesAnnotation])
	_, err := s.client.BatchV1().Jobs(s.name).Patch(t.Context(), "load", types.MergePatchType, []byte(`{"spec":{"suspend":false}}`), metav1.PatchOptions{})
	require.ErrorContains(t, err, "refuse-kueue.depctl.dev")
	s.untilQuota("load", "False AdmissionGated")
}

func TestWithoutAnEntryOfOursAJobIsKueues(t *testing.T) {
	s := newSpace(t).withQueue(1)
	s.make("extract", "", untilTold)
	s.make("load", "extract", untilTold)
	s.untilSays("load", gate.ReasonWaiting)
	s.patch("load", `{"metadata":{"labels":{"kueue.x-k8s.io/queue-name":"main"}}}`)
	s.untilSays("load", gate.ReasonForeignOwner)
	s.tell("load") // Kueue takes no entry by then, and has started it
	s.untilEnds("load", batchv1.JobComplete)
}
