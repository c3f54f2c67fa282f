package controller

import (
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// saying returns a pod of a Job that has succeeded with a termination message.
func saying(job *batchv1.Job, name, message string, change ...func(*corev1.Pod)) *corev1.Pod {
	pod := podOf(job, name, -1)
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{Message: message, FinishedAt: metav1.Unix(10, 0)},
	}}}
	for _, c := range change {
		c(pod)
	}
	return pod
}

func kept(pod *corev1.Pod) { pod.Finalizers = []string{gate.ResultFinalizer} }

// one is a Job of one pod.
func one(j *batchv1.Job) {
	needs(1)(j)
	j.Spec.Template.Spec.Containers = []corev1.Container{{Name: "main"}}
}

func noted(key, value string) func(*batchv1.Job) {
	return func(j *batchv1.Job) { metav1.SetMetaDataAnnotation(&j.ObjectMeta, key, value) }
}

func TestAResultIsReadFromThePodAndGivenToPods(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	x := job("x", "1", "", one)
	load := job("load", "2", "x", noted(gate.ResultsAnnotation, "rows=x"))
	yes, no := job("yes", "3", "succeeded(x, result=12)"), job("no", "4", "succeeded(x, result=13)")
	require.NoError(t, s.Replace([]any{x, load, yes, no}, "4"))
	require.NoError(t, successStore{s}.Add(saying(x, "a", "12\n\n")))
	asked()
	require.Equal(t, gate.Waiting, decided(t, s, "yes").Action, "its Job is not complete yet")
	require.NoError(t, s.Update(job("x", "5", "", one, complete)))
	require.Equal(t, "load no yes", asked())
	require.Equal(t, gate.Releasing, decided(t, s, "yes").Action)
	require.Equal(t, gate.ReasonNotTaken, decided(t, s, "no").Reason)
	require.Equal(t, map[string]string{"rows": "12"}, decided(t, s, "load").Results)
	require.Empty(t, s.unreadResults(lang.Job("n", "load")))
}

func TestAResultIsReadLaterFromThePodsThatAreThere(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	x := job("x", "1", "", one, complete)
	require.NoError(t, s.Replace([]any{x, job("load", "2", "x", noted(gate.ResultsAnnotation, "rows=x")), job("bare", "3", "x")}, "3"))
	asked()
	ref := lang.Job("n", "load")
	require.Equal(t, gate.ReasonWaiting, decided(t, s, "load").Reason)
	require.Empty(t, s.unreadResults(lang.Job("n", "bare")), "nobody else's pods are read")
	unread := s.unreadResults(ref)
	require.Len(t, unread, 1)
	var result gate.Result
	result.Add(unread[0], saying(x, "a", "12"))
	s.learnResult(unread[0], result)
	require.Contains(t, asked(), "load")
	require.Equal(t, map[string]string{"rows": "12"}, decided(t, s, "load").Results)

	s.learnResult(unread[0], gate.Result{})
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action, "what is known stays")
}

func TestALostResultHoldsTheJob(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.NoError(t, s.Replace([]any{job("x", "1", "", one, complete), job("load", "2", "x", noted(gate.ResultsAnnotation, "rows=x"))}, "3"))
	s.learnResult(s.unreadResults(lang.Job("n", "load"))[0], gate.Result{})
	d := decided(t, s, "load")
	require.Equal(t, gate.Waiting, d.Action)
	require.Equal(t, gate.ReasonProblem, d.Reason)
	require.Contains(t, d.Message, "result of n/x (rows): its pods went before its result was read")
	require.Contains(t, d.Message, gate.KeepResultAnnotation)
}

// A pod that is kept goes when its result is written to all that ask, and one that asks for
// nothing is told nothing.
func TestAKeptPodGoesWhenItsResultIsWritten(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	keeps := noted(gate.KeepResultAnnotation, "true")
	x := job("x", "1", "", one, keeps)
	asks := func(version string, change ...func(*batchv1.Job)) *batchv1.Job {
		return job("asks", version, "x, never, succeeded(x, result=yes)", change...)
	}
	require.NoError(t, s.Replace([]any{x, asks("2"), job("plain", "3", "x, never")}, "3"))
	require.NoError(t, keptStore{s}.Add(saying(x, "a", "yes", kept)))
	ref := lang.Job("n", "x")
	require.Empty(t, s.freeing(ref), "its Job is not complete yet")
	require.NoError(t, s.Update(job("x", "4", "", one, keeps, complete)))
	require.Empty(t, s.freeing(ref), "the result is still to be written")
	_, seen, _, unsaved := s.unsaved(lang.Job("n", "asks"))
	require.True(t, unsaved)
	require.Contains(t, seen.String(), `"result":"yes"`)
	_, _, _, unsaved = s.unsaved(lang.Job("n", "plain"))
	require.False(t, unsaved, "the Job is there")

	require.NoError(t, s.Update(asks("5", noted(gate.SeenAnnotation, seen.String()))))
	require.Len(t, s.freeing(ref), 1)
	require.NoError(t, s.Delete(job("x", "6", "", one, keeps, complete)))
	_, seen, _, _ = s.unsaved(lang.Job("n", "plain"))
	require.NotContains(t, seen.String(), "yes", "a result is for those that ask")
	require.NoError(t, keptStore{s}.Delete(saying(x, "a", "yes", kept)))
	require.Empty(t, s.keptPods)
}

func TestAPodIsKeptNoLongerThanItsJobRuns(t *testing.T) {
	t.Parallel()
	keeps := noted(gate.KeepResultAnnotation, "true")
	failed := func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }
	deleted := func(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{} }
	pending := func(p *corev1.Pod) { p.Status.Phase = corev1.PodPending }
	for name, test := range map[string]struct {
		job  *batchv1.Job
		pod  []func(*corev1.Pod)
		goes bool
	}{
		"it runs":                      {job("x", "1", "", one, keeps), []func(*corev1.Pod){pending}, false},
		"it failed":                    {job("x", "1", "", one, keeps), []func(*corev1.Pod){failed}, true},
		"deleted before any node":      {job("x", "1", "", one, keeps), []func(*corev1.Pod){pending, deleted}, true},
		"deleted after it succeeded":   {job("x", "1", "", one, keeps), []func(*corev1.Pod){deleted}, false},
		"its Job is complete":          {job("x", "1", "", one, keeps, complete), nil, true},
		"its Job is not known":         {job("y", "1", ""), nil, false},
		"its Job is gone, and it goes": {job("y", "1", ""), []func(*corev1.Pod){deleted}, true},
		"a Job of several pods":        {job("x", "1", "", needs(2), keeps, complete), nil, true},
	} {
		s, _ := recordingStore()
		require.NoError(t, s.Replace([]any{test.job}, "2"))
		pod := saying(job("x", "1", ""), "a", "yes", append(test.pod, kept)...)
		require.NoError(t, keptStore{s}.Replace([]any{pod}, "3"))
		require.Equal(t, test.goes, len(s.freeing(lang.Job("n", "x"))) == 1, name)
	}
}
