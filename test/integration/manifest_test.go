package integration

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/history"
)

// sync applies a manifest as a GitOps controller does: it takes every field that
// is in git, from whoever has it.
func (s *space) sync(job *batchv1.Job) *batchv1.Job {
	s.t.Helper()
	text, err := json.Marshal(job)
	require.NoError(s.t, err)
	applied, err := s.client.BatchV1().Jobs(s.name).Patch(s.t.Context(), job.Name, types.ApplyPatchType, text,
		metav1.PatchOptions{FieldManager: "gitops", Force: ptr.To(true)})
	require.NoError(s.t, err)
	return applied
}

// A GitOps controller applies what is in git again and again, before the release,
// around it and after it.
func TestAManifestThatIsAppliedAgainAndAgain(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	manifests := []*batchv1.Job{
		newJob("silent", "extract", template("run-for", "1s")),
		newJob("unsuspended", "extract", template("run-for", "1s"), func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(false) }),
	}
	for range 3 {
		for _, job := range manifests {
			require.True(t, *s.sync(job).Spec.Suspend)
		}
		s.held("silent")
		s.held("unsuspended")
	}
	s.make("extract", "")
	done := func(name string) bool { return history.Event{Job: s.get(name)}.Is(batchv1.JobComplete) }
	s.until("both are complete", func() bool {
		for _, job := range manifests {
			s.sync(job)
		}
		return done("silent") && done("unsuspended")
	})
	for _, job := range manifests {
		require.NotEmpty(t, s.sync(job).Annotations[gate.ReleasedAnnotation])
		require.Len(t, s.patches(job.Name), 1)
	}
}

// The trap of docs/guide/traps.md: with suspend: true in git, the next sync stops
// the Job that runs. The gate does not fight that, and lets it be resumed.
func TestAManifestThatSaysSuspendStopsTheJob(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce()
	job := newJob("load", "extract", suspend, untilTold)
	s.sync(job)
	s.make("extract", "")
	s.runs("load")
	s.sync(job)
	s.eventually("load is stopped", func(last map[string]history.Event) bool {
		e := last[s.name+"/load"]
		return e.Is(batchv1.JobSuspended) && e.Job.Status.Active == 0 && e.Job.Status.StartTime == nil
	})
	s.settle()
	require.True(t, *s.get("load").Spec.Suspend)
	job.Spec.Suspend = nil
	require.False(t, ptr.Deref(s.sync(job).Spec.Suspend, false), "a Job that was released is held again")
	s.tell("load")
	s.completes("load")
	require.Len(t, s.patches("load"), 1)
}

// YAML makes nothing of null, ~ and an empty value, and the API server a text
// without characters: the Job is held. Other kinds of values it refuses.
func TestValuesThatAreNoText(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	const text = `{apiVersion: batch/v1, kind: Job, metadata: {name: NAME, annotations: {depctl.dev/depends-on: VALUE}},
  spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}}}`
	for name, value := range map[string]string{"nothing": "null", "tilde": "~", "empty": ""} {
		s.kubectl(strings.NewReplacer("NAME", name, "VALUE", value).Replace(text), "create", "-f", "-")
		require.Contains(t, s.warning(name, gate.ReasonInvalidExpression).Note, "[empty]", name)
		s.held(name)
	}
	for _, value := range []string{"10", "true", "{app: etl}", "[extract]"} {
		_, err := s.Kubectl(t.Context(), strings.NewReader(strings.NewReplacer("NAME", "job", "VALUE", value).Replace(text)),
			"-n", s.name, "create", "-f", "-")
		require.ErrorContains(t, err, "annotations", value)
	}
}

// The trap of docs/guide/traps.md: a Job with nothing to do is complete at once,
// suspended or not, and what waits for it runs.
func TestAJobWithNothingToDoDoesNotWait(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	nothing := func(j *batchv1.Job) { j.Spec.Completions = ptr.To[int32](0) }
	s.make("load", "plain, array")
	s.make("plain", "never", nothing)
	s.make("array", "never", nothing, func(j *batchv1.Job) { j.Spec.CompletionMode = ptr.To(batchv1.IndexedCompletion) })
	s.completes("plain", "array", "load")
	s.settle()
	for _, name := range []string{"plain", "array"} {
		require.True(t, *s.get(name).Spec.Suspend)
		require.Empty(t, s.patches(name))
	}
}

// activeDeadlineSeconds is the time to run, whatever the time to wait.
func TestADeadlineDoesNotRunWhileTheJobWaits(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	deadline := func(j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = ptr.To[int64](2) }
	made := s.make("load", "extract", deadline, untilTold)
	s.make("clock", "time("+made.CreationTimestamp.Add(4*time.Second).UTC().Format(time.RFC3339)+")")
	s.completes("clock")
	s.held("load")
	s.make("extract", "")
	s.fails("load")
	end := failed(t, s.get("load"))
	require.Equal(t, batchv1.JobReasonDeadlineExceeded, end.Reason)
	// The end counts from the start, which is later than the deadline from the birth.
	require.GreaterOrEqual(t, end.LastTransitionTime.Sub(made.CreationTimestamp.Time), 6*time.Second)
}
