package imitation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

func at(second int) metav1.Time {
	return metav1.NewTime(time.Date(2026, 11, 30, 12, 0, second, 0, time.UTC))
}

func numbered(changes ...func(*batchv1.Job)) *batchv1.Job {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Name: "sim-7", UID: "u7", Labels: map[string]string{"depctl.dev/id": "7", "depctl.dev/name": "sim", "depctl.dev/user": "ann"},
		Annotations: map[string]string{"depctl.dev/submitted": `{"name":"Sim.1","queue":"long"}`}, CreationTimestamp: at(0),
	}}
	for _, change := range changes {
		change(job)
	}
	return job
}

func array(job *batchv1.Job) {
	job.Spec.CompletionMode, job.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](3)
	job.Annotations["depctl.dev/array"] = "10-30:10"
}

func suspended(job *batchv1.Job) { job.Spec.Suspend = ptr.To(true) }

func annotated(key, value string) func(*batchv1.Job) {
	return func(job *batchv1.Job) { job.Annotations[key] = value }
}

func condition(kind batchv1.JobConditionType, reason string) func(*batchv1.Job) {
	return func(job *batchv1.Job) {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{Type: kind, Status: corev1.ConditionTrue, Reason: reason, LastTransitionTime: at(50)})
	}
}

func status(change func(*batchv1.JobStatus)) func(*batchv1.Job) {
	return func(job *batchv1.Job) { change(&job.Status) }
}

func podOf(index string, phase corev1.PodPhase, state corev1.ContainerState) corev1.Pod {
	return corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "sim-7-" + index, UID: "p", Annotations: map[string]string{batchv1.JobCompletionIndexAnnotation: index}},
		Spec:       corev1.PodSpec{NodeName: "node-1"},
		Status:     corev1.PodStatus{Phase: phase, ContainerStatuses: []corev1.ContainerStatus{{State: state}}},
	}
}

func ended(code int32, reason string) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, StartedAt: at(10), FinishedAt: at(20)}}
}

func runs() corev1.ContainerState {
	return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: at(10)}}
}

func TestTheStateOfAJob(t *testing.T) {
	t.Parallel()
	failed := condition(batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded)
	for name, test := range map[string]struct {
		job          *batchv1.Job
		pods         []corev1.Pod
		state        State
		why          Why
		exit, signal int
	}{
		"no pod yet":                         {job: numbered(), state: Queued},
		"waits for another":                  {job: numbered(suspended, annotated(gate.DependsOnAnnotation, "prep")), state: Waiting, why: Dependency},
		"waits for another, however it ends": {job: numbered(suspended, annotated(gate.DependsOnAnnotation, "finished(prep)")), state: Waiting, why: Dependency},
		"waits for a time":                   {job: numbered(suspended, annotated(gate.DependsOnAnnotation, "time(2030-01-01T00:00:00Z)")), state: Waiting, why: Begin},
		"waits for tokens":                   {job: numbered(suspended, annotated(gate.UsesAnnotation, "licence")), state: Waiting, why: Limit},
		"is on hold":                         {job: numbered(suspended, annotated(gate.DependsOnAnnotation, "prep"), annotated(gate.HoldAnnotation, "me")), state: Waiting, why: Hold},
		"is suspended by hand":               {job: numbered(suspended), state: Waiting, why: Hold},
		"has a pod without a node":           {job: numbered(), pods: []corev1.Pod{unschedulable()}, state: Queued, why: Room},
		"runs":                               {job: numbered(), pods: []corev1.Pod{podOf("0", corev1.PodRunning, runs())}, state: Running},
		"runs, by its status alone":          {job: numbered(status(func(s *batchv1.JobStatus) { s.Active, s.Ready = 1, ptr.To[int32](1) })), state: Running},
		"is tried again, without a pod":      {job: numbered(status(func(s *batchv1.JobStatus) { s.Failed = 1 })), state: Running},
		"its pod has ended, uncounted":       {job: numbered(), pods: []corev1.Pod{podOf("0", corev1.PodSucceeded, ended(0, ""))}, state: Running},
		"has succeeded":                      {job: numbered(condition(batchv1.JobComplete, "")), state: Succeeded},
		"has failed":                         {job: numbered(failed), pods: []corev1.Pod{podOf("0", corev1.PodFailed, ended(3, "Error"))}, state: Failed, exit: 3},
		"has failed, its pod is gone":        {job: numbered(failed), state: Failed, exit: 1},
		"was killed":                         {job: numbered(failed), pods: []corev1.Pod{podOf("0", corev1.PodFailed, ended(139, "Error"))}, state: Failed, signal: 11},
		"took too much memory":               {job: numbered(failed), pods: []corev1.Pod{podOf("0", corev1.PodFailed, ended(137, "OOMKilled"))}, state: OutOfMemory, signal: 9},
		"took too long":                      {job: numbered(condition(batchv1.JobFailed, batchv1.JobReasonDeadlineExceeded)), state: TimedOut, signal: 15},
		"was cancelled while it ran":         {job: numbered(condition(batchv1.JobFailureTarget, gate.ReasonCancelled)), pods: []corev1.Pod{podOf("0", corev1.PodRunning, runs())}, state: Cancelled, signal: 15},
		"was cancelled before it ran":        {job: numbered(suspended, condition(batchv1.JobFailed, gate.ReasonCancelled)), state: Cancelled},
		"waited for what cannot be":          {job: numbered(suspended, annotated(gate.DependsOnAnnotation, "prep"), condition(batchv1.JobFailed, gate.ReasonDependencyFailed)), state: Unmet},
		"was suspended after it had run":     {job: numbered(suspended, annotated(gate.DependsOnAnnotation, "prep"), annotated(gate.ReleasedAnnotation, `{"uid":"u7","by":"gate"}`)), state: Suspended},
		"is being deleted":                   {job: numbered(func(j *batchv1.Job) { j.DeletionTimestamp = ptr.To(at(9)) }), state: Cancelled},
		"a pod of it was evicted for all":    {job: numbered(failed), pods: []corev1.Pod{evicted()}, state: Lost, exit: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := Observe(test.job, test.pods).Elements[0]
			require.Equal(t, []any{test.state, test.why, test.exit, test.signal}, []any{e.State, e.Why, e.Exit, e.Signal})
		})
	}
}

func unschedulable() corev1.Pod {
	pod := podOf("0", corev1.PodPending, corev1.ContainerState{})
	pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/1 nodes"}}
	return pod
}

func evicted() corev1.Pod {
	pod := podOf("0", corev1.PodFailed, corev1.ContainerState{})
	pod.Status.Reason = "Evicted"
	return pod
}

func TestTheStateOfElements(t *testing.T) {
	t.Parallel()
	job := numbered(array, status(func(s *batchv1.JobStatus) {
		s.CompletedIndexes, s.FailedIndexes, s.Active = "0", ptr.To("1"), 1
	}))
	j := Observe(job, []corev1.Pod{podOf("1", corev1.PodFailed, ended(4, "Error")), podOf("2", corev1.PodRunning, runs())})
	require.Equal(t, int64(7), j.ID)
	require.Equal(t, "Sim.1", j.Name)
	require.Equal(t, "ann", j.User)
	var got [][]any
	for _, e := range j.Elements {
		got = append(got, []any{e.Task, e.ID, e.State, e.Exit})
	}
	require.Equal(t, [][]any{{10, int64(8), Succeeded, 0}, {20, int64(9), Failed, 4}, {30, int64(7), Running, 0}}, got,
		"the last element has the number of the array, as with Slurm")
	require.Equal(t, Running, j.State())
	require.False(t, j.Ended())
	e, ok := j.Element(20)
	require.True(t, ok)
	require.Equal(t, 1, e.Index)
	_, ok = j.Element(1)
	require.False(t, ok)
}
