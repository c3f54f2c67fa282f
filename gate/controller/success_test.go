package controller

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

// podOf returns a pod of a Job that has succeeded, of an element if index is not -1.
func podOf(job *batchv1.Job, name string, index int) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: job.Namespace, Name: name, UID: types.UID(name),
		OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
	}, Status: corev1.PodStatus{Phase: corev1.PodSucceeded}}
	if index >= 0 {
		pod.Annotations = map[string]string{batchv1.JobCompletionIndexAnnotation: strconv.Itoa(index)}
	}
	return pod
}

func needs(completions int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Spec.Completions = ptr.To(completions) }
}

func asArray(j *batchv1.Job) { j.Spec.CompletionMode = ptr.To(batchv1.IndexedCompletion) }

func TestAJobIsNudgedWhenItsLastPodHasSucceeded(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	x := job("x", "1", "", needs(2))
	require.NoError(t, s.Replace([]any{x, job("y", "2", "x")}, "2"))
	asked()
	pods, ref := successStore{s}, lang.Job("n", "x")
	wanted := func() bool {
		_, wanted := s.nudging(ref)
		return wanted
	}

	require.NoError(t, pods.Add(podOf(x, "a", -1)))
	require.NoError(t, pods.Update(podOf(x, "a", -1)), "the Job controller has counted it")
	require.NoError(t, pods.Add(podOf(job("x", "1", "", uid("another")), "c", -1)), "a Job that had the name before")
	require.NoError(t, pods.Add(podOf(job("nobody", "1", ""), "d", -1)))
	require.Empty(t, asked(), "one of two, and none that count")
	require.False(t, wanted())

	require.NoError(t, pods.Add(podOf(x, "b", -1)))
	require.Equal(t, "x", asked())
	require.True(t, wanted())

	require.NoError(t, s.Update(job("x", "2a", "", needs(2), func(j *batchv1.Job) { j.Status.Active = 1 })))
	require.Equal(t, "x", asked(), "the nudge may have met a conflict with that")
	require.Contains(t, s.open(), ref, "and so may that of a gate that led before")

	require.NoError(t, s.Update(job("x", "3", "", needs(3))))
	require.False(t, wanted(), "it needs one more now")
	require.NoError(t, s.Update(job("x", "4", "", needs(2))))
	require.True(t, wanted())

	require.NoError(t, s.Update(job("x", "5", "", needs(2), complete)))
	require.False(t, wanted())
	require.NoError(t, pods.Delete(podOf(x, "a", -1)))
	require.NoError(t, pods.Update(podOf(x, "b", -1)))
	require.Empty(t, s.successes, "nothing is kept of a Job that has ended")
}

func TestAnElementCountsOnce(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	x := job("x", "1", "", needs(2), asArray)
	require.NoError(t, s.Replace([]any{x, job("y", "2", "x")}, "2"))
	asked()
	require.NoError(t, successStore{s}.Replace([]any{podOf(x, "a", 1), podOf(x, "b", 1)}, "3"))
	require.Empty(t, asked())
	require.NoError(t, successStore{s}.Replace([]any{podOf(x, "a", 1), podOf(x, "c", 0)}, "4"), "a watch was lost")
	require.Equal(t, "x", asked())

	require.NoError(t, s.Replace([]any{job("x", "5", "", needs(2), asArray, uid("another")), job("y", "2", "x")}, "5"))
	require.Empty(t, s.successes, "another Job has the name")
}
