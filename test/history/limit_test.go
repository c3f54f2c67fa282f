package history

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

func TestPeaks(t *testing.T) {
	t.Parallel()
	at := 0
	next := func() string { at++; return strconv.Itoa(at) }
	job := func(name, tokens string, parallelism int32, conditions ...batchv1.JobConditionType) Event {
		j := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: name, UID: types.UID(name), ResourceVersion: next()}}
		j.Spec.Parallelism, j.Spec.Completions = ptr.To(parallelism), ptr.To[int32](2)
		if tokens != "" {
			j.Spec.Template.Annotations = map[string]string{"depctl.dev/tokens": tokens}
		}
		for _, c := range conditions {
			j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{Type: c, Status: corev1.ConditionTrue})
		}
		return Event{Job: j}
	}
	pod := func(name, owner string, phase corev1.PodPhase) PodEvent {
		return PodEvent{Pod: &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: "n", Name: name, UID: types.UID(name), ResourceVersion: next(), Labels: map[string]string{batchv1.ControllerUidLabel: owner},
				Annotations: map[string]string{"depctl.dev/tokens": "n/x=1"},
			},
			Status: corev1.PodStatus{Phase: phase},
		}}
	}
	gone := func(e Event) Event { e.Deleted = true; return e }
	for _, test := range []struct {
		name string
		jobs []Event
		pods []PodEvent
		want int64
	}{
		{"a job that waits uses nothing", []Event{job("a", "", 1)}, nil, 0},
		{"a released job uses its tokens for as many pods as it has", []Event{job("a", "n/x=2, n/y=1", 3)}, nil, 4},
		{"one after the other", []Event{job("a", "n/x=1", 1), job("a", "n/x=1", 1, batchv1.JobComplete), job("b", "n/x=1", 1)}, nil, 1},
		{"beside each other", []Event{job("a", "n/x=1", 1), job("b", "n/x=1", 1), job("a", "n/x=1", 1, batchv1.JobFailed)}, nil, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, Peaks(test.jobs, test.pods)["n/x"].Tokens)
		})
	}
	at = 0
	jobs := []Event{job("a", "n/x=1", 1)}
	pods := []PodEvent{pod("p", "a", corev1.PodRunning), pod("q", "a", corev1.PodRunning)}
	require.Equal(t, int64(2), Peaks(jobs, pods)["n/x"].Tokens, "more pods than the Job says")
	jobs = append(jobs, gone(job("a", "n/x=1", 1)))
	pods = append(pods, pod("q", "a", corev1.PodSucceeded))
	jobs = append(jobs, job("b", "n/x=2", 1))
	peak := Peaks(jobs, pods)["n/x"]
	require.Equal(t, int64(3), peak.Tokens, "a pod of a Job that is gone runs on")
	require.ElementsMatch(t, []string{"n/a 1", "n/b 2"}, peak.By)
	jobs = append(jobs, gone(job("b", "n/x=2", 1)))
	pods = append(pods, pod("p", "a", corev1.PodSucceeded))
	require.Equal(t, int64(3), Peaks(append(jobs, job("c", "n/x=3", 1)), pods)["n/x"].Tokens)
}
