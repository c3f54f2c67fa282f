package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func TestOnlyFewPodsAreWatched(t *testing.T) {
	t.Parallel()
	for completions, want := range map[*int32]bool{nil: false, ptr.To(int32(1)): true, ptr.To(int32(100)): true, ptr.To(int32(101)): false} {
		require.Equal(t, want, Observe(&batchv1.Job{Spec: batchv1.JobSpec{Completions: completions}}).WorthWatching())
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
	one := func(state string) []Pod {
		all := pods(state)
		for i := range all {
			all[i].Index = -1
		}
		return all
	}
	deadline := func(seconds int64) func(*batchv1.Job) {
		return func(j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = &seconds }
	}
	for name, test := range map[string]struct {
		job       *batchv1.Job
		pods      []Pod
		want      bool
		wantPatch string
	}{
		"its only pod has succeeded": {
			job: running(), pods: one("s"), want: true,
			wantPatch: `{"metadata":{"uid":"uid-load","resourceVersion":""},"spec":{"activeDeadlineSeconds":315360000}}`,
		},
		"its pod runs":                         {job: running(), pods: one("r")},
		"its pod has failed":                   {job: running(), pods: one("f")},
		"there is no pod":                      {job: running()},
		"a pod has succeeded after one failed": {job: running(), pods: one("fs"), want: true},
		"one of two":                           {job: running(func(j *batchv1.Job) { j.Spec.Completions = ptr.To(int32(2)) }), pods: one("s")},
		"two of two":                           {job: running(func(j *batchv1.Job) { j.Spec.Completions = ptr.To(int32(2)) }), pods: one("ss"), want: true},
		"how many it needs is not known":       {job: running(func(j *batchv1.Job) { j.Spec.Completions = nil }), pods: one("s")},
		"it was suspended":                     {job: running(func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(true) }), pods: one("s")},
		"it is going to fail":                  {job: running(condition(batchv1.JobFailureTarget, "DeadlineExceeded")), pods: one("s")},
		"the Job controller knows":             {job: running(condition(batchv1.JobSuccessCriteriaMet, "CompletionsReached")), pods: one("s")},
		"it is complete":                       {job: running(condition(batchv1.JobComplete, "")), pods: one("s")},
		"it is being deleted":                  {job: running(func(j *batchv1.Job) { j.DeletionTimestamp = &metav1.Time{Time: started} }), pods: one("s")},
		"somebody else manages it":             {job: running(func(j *batchv1.Job) { j.Spec.ManagedBy = ptr.To("example.com/x") }), pods: one("s")},
		"it was nudged":                        {job: running(deadline(never)), pods: one("s")},
		"its deadline is near":                 {job: running(deadline(65)), pods: one("s")},
		"its deadline and its TTL are set":     {job: running(deadline(3600), func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = new(int32) }), pods: one("s")},
		"its deadline is far, and says nothing": {
			job: running(deadline(3600)), pods: one("s"), want: true,
			wantPatch: `{"metadata":{"uid":"uid-load","resourceVersion":""},"spec":{"ttlSecondsAfterFinished":315360000}}`,
		},
		"it was nudged by its TTL": {job: running(deadline(3600), func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = ptr.To(int32(never)) }), pods: one("s")},
		"all elements have succeeded, some are known": {
			job:  running(array, func(j *batchv1.Job) { j.Status.CompletedIndexes = "0,2" }),
			pods: pods("s", "fs", "s", "s"), want: true,
		},
		"one element runs":                   {job: running(array), pods: pods("s", "s", "r", "s")},
		"one element has failed":             {job: running(array), pods: pods("s", "s", "f", "s")},
		"one element is counted among those": {job: running(array, func(j *batchv1.Job) { j.Status.FailedIndexes = ptr.To("1") }), pods: pods("s", "f", "s", "s")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := Observe(test.job)
			require.Equal(t, test.want, Nudge(job, started.Add(time.Minute)) && Spent(job, test.pods))
			if test.wantPatch != "" {
				patch, err := NudgePatch(job)
				require.NoError(t, err)
				require.JSONEq(t, test.wantPatch, string(patch))
			}
			require.Equal(t, job.AtRisk, test.job.Spec.TTLSecondsAfterFinished != nil && *test.job.Spec.TTLSecondsAfterFinished != never)
		})
	}
}
