package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func TestOnlySoManyPodsAreAwaited(t *testing.T) {
	t.Parallel()
	for completions, want := range map[*int32]bool{nil: false, ptr.To(int32(1)): true, ptr.To(int32(1000)): true, ptr.To(int32(1001)): false} {
		require.Equal(t, want, Observe(&batchv1.Job{Spec: batchv1.JobSpec{Completions: completions}}).WorthAwaiting())
	}
}

func TestNudge(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	running := func(changes ...func(*batchv1.Job)) *batchv1.Job {
		return waiting(append([]func(*batchv1.Job){func(j *batchv1.Job) {
			j.Spec.Suspend, j.Spec.Completions = new(bool), ptr.To(int32(1))
			j.Status.StartTime = &metav1.Time{Time: started}
		}}, changes...)...)
	}
	deadline := func(seconds int64) func(*batchv1.Job) {
		return func(j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = &seconds }
	}
	for name, test := range map[string]struct {
		job       *batchv1.Job
		succeeded int
		want      bool
		wantPatch string
	}{
		"its only pod has succeeded": {
			job: running(), succeeded: 1, want: true,
			wantPatch: `{"metadata":{"uid":"uid-load","resourceVersion":""},"spec":{"activeDeadlineSeconds":315360000}}`,
		},
		"no pod has succeeded":           {job: running()},
		"one of two":                     {job: running(func(j *batchv1.Job) { j.Spec.Completions = ptr.To(int32(2)) }), succeeded: 1},
		"two of two":                     {job: running(func(j *batchv1.Job) { j.Spec.Completions = ptr.To(int32(2)) }), succeeded: 2, want: true},
		"how many it needs is not known": {job: running(func(j *batchv1.Job) { j.Spec.Completions = nil }), succeeded: 1},
		"it was suspended":               {job: running(func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(true) }), succeeded: 1},
		"it is going to fail":            {job: running(condition(batchv1.JobFailureTarget, "DeadlineExceeded")), succeeded: 1},
		"the Job controller knows":       {job: running(condition(batchv1.JobSuccessCriteriaMet, "CompletionsReached")), succeeded: 1},
		"it is complete":                 {job: running(condition(batchv1.JobComplete, "")), succeeded: 1},
		"it is being deleted":            {job: running(func(j *batchv1.Job) { j.DeletionTimestamp = &metav1.Time{Time: started} }), succeeded: 1},
		"somebody else manages it":       {job: running(func(j *batchv1.Job) { j.Spec.ManagedBy = ptr.To("example.com/x") }), succeeded: 1},
		"it was nudged once": {
			job: running(deadline(never)), succeeded: 1, want: true,
			wantPatch: `{"metadata":{"uid":"uid-load","resourceVersion":""},"spec":{"ttlSecondsAfterFinished":315360000}}`,
		},
		"it was nudged twice":              {job: running(deadline(never), func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = ptr.To(int32(never)) }), succeeded: 1},
		"it was nudged, and has a TTL":     {job: running(deadline(never), func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = new(int32) }), succeeded: 1},
		"its deadline is near":             {job: running(deadline(65)), succeeded: 1},
		"its deadline and its TTL are set": {job: running(deadline(3600), func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = new(int32) }), succeeded: 1},
		"its deadline is far, and says nothing": {
			job: running(deadline(3600)), succeeded: 1, want: true,
			wantPatch: `{"metadata":{"uid":"uid-load","resourceVersion":""},"spec":{"ttlSecondsAfterFinished":315360000}}`,
		},
		"it was nudged by its TTL":    {job: running(deadline(3600), func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = ptr.To(int32(never)) }), succeeded: 1},
		"all elements have succeeded": {job: running(array), succeeded: 4, want: true},
		"one element has not":         {job: running(array), succeeded: 3},
		"an array that has shrunk":    {job: running(array, func(j *batchv1.Job) { j.Spec.Completions = ptr.To(int32(3)) }), succeeded: 4, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := Observe(test.job)
			require.Equal(t, test.want, Nudge(job, started.Add(time.Minute)) && Spent(job, test.succeeded))
			if test.wantPatch != "" {
				patch, err := NudgePatch(job)
				require.NoError(t, err)
				require.JSONEq(t, test.wantPatch, string(patch))
			}
			require.Equal(t, job.AtRisk, test.job.Spec.TTLSecondsAfterFinished != nil && *test.job.Spec.TTLSecondsAfterFinished != never)
		})
	}
}
