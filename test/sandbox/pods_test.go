package sandbox_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/test/sandbox"
)

func TestPodsEndAsTheirAnnotationsSay(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{})
	client := newClient(t, s)

	const runFor, exitCode, failIndexes = "sandbox.depctl.dev/run-for", "sandbox.depctl.dev/exit-code", "sandbox.depctl.dev/fail-indexes"
	tests := map[string]struct {
		annotations map[string]string
		change      func(*batchv1.JobSpec)
		wantEnd     batchv1.JobConditionType
		wantReason  string
		// wantCodes holds the exit code by completion index, "" for a Job that
		// has none. Those that are not there want 0.
		wantCodes     map[string]int32
		wantCompleted string
		wantFailed    string
		wantAtLeast   time.Duration
	}{
		"nothing said: success": {
			wantEnd: batchv1.JobComplete,
		},
		"it runs for a while": {
			annotations: map[string]string{runFor: "2s"},
			wantEnd:     batchv1.JobComplete,
			wantAtLeast: 2 * time.Second,
		},
		"exit code 0 is success": {
			annotations: map[string]string{exitCode: "0"},
			wantEnd:     batchv1.JobComplete,
		},
		"another exit code is failure": {
			annotations: map[string]string{exitCode: "3"},
			wantEnd:     batchv1.JobFailed,
			wantReason:  batchv1.JobReasonBackoffLimitExceeded,
			wantCodes:   map[string]int32{"": 3},
		},
		"failure takes its time, too": {
			annotations: map[string]string{exitCode: "3", runFor: "2s"},
			wantEnd:     batchv1.JobFailed,
			wantReason:  batchv1.JobReasonBackoffLimitExceeded,
			wantCodes:   map[string]int32{"": 3},
			wantAtLeast: 2 * time.Second,
		},
		"a pod failure policy sees the exit code": {
			annotations: map[string]string{exitCode: "42"},
			change: func(spec *batchv1.JobSpec) {
				spec.BackoffLimit = new(int32(6))
				spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
					Action: batchv1.PodFailurePolicyActionFailJob,
					OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
						Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: []int32{42},
					},
				}}}
			},
			wantEnd:    batchv1.JobFailed,
			wantReason: batchv1.JobReasonPodFailurePolicy,
			wantCodes:  map[string]int32{"": 42},
		},
		"an array of successes": {
			change:        indexed(4),
			wantEnd:       batchv1.JobComplete,
			wantCompleted: "0-3",
		},
		"some elements fail": {
			annotations:   map[string]string{failIndexes: "3,7-9"},
			change:        indexed(12),
			wantEnd:       batchv1.JobFailed,
			wantReason:    batchv1.JobReasonFailedIndexes,
			wantCodes:     map[string]int32{"3": 1, "7": 1, "8": 1, "9": 1},
			wantCompleted: "0-2,4-6,10,11",
			wantFailed:    "3,7-9",
		},
		"some elements fail with a code, late": {
			annotations:   map[string]string{failIndexes: "0, 2", exitCode: "5", runFor: "1s"},
			change:        indexed(3),
			wantEnd:       batchv1.JobFailed,
			wantReason:    batchv1.JobReasonFailedIndexes,
			wantCodes:     map[string]int32{"0": 5, "2": 5},
			wantCompleted: "1",
			wantFailed:    "0,2",
			wantAtLeast:   time.Second,
		},
	}
	number := 0
	for name, test := range tests {
		number++
		job := newJob(fmt.Sprintf("job-%d", number), test.annotations)
		if test.change != nil {
			test.change(&job.Spec)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			createJob(t, client, job)
			job, end := finished(t, client, job.Name)
			require.Equal(t, test.wantEnd, end.Type, "%+v", end)
			if test.wantReason != "" {
				require.Equal(t, test.wantReason, end.Reason)
			}
			require.Equal(t, test.wantCompleted, job.Status.CompletedIndexes)
			if test.wantFailed != "" {
				require.Equal(t, test.wantFailed, *job.Status.FailedIndexes)
			}
			// Both times are cut to seconds, so the difference is never less.
			require.GreaterOrEqual(t, end.LastTransitionTime.Sub(job.Status.StartTime.Time), test.wantAtLeast)
			for _, pod := range podsOf(t, client, job.Name) {
				want := test.wantCodes[pod.Labels[batchv1.JobCompletionIndexAnnotation]]
				require.Len(t, pod.Status.ContainerStatuses, 2)
				for _, container := range pod.Status.ContainerStatuses {
					require.NotNil(t, container.State.Terminated, "%+v", container)
					require.Equal(t, want, container.State.Terminated.ExitCode)
				}
				require.Equal(t, want == 0, pod.Status.Phase == corev1.PodSucceeded, "phase %s", pod.Status.Phase)
			}
		})
	}
}

// indexed makes a Job an array, each of whose elements has one try.
func indexed(completions int32) func(*batchv1.JobSpec) {
	return func(spec *batchv1.JobSpec) {
		spec.CompletionMode = new(batchv1.IndexedCompletion)
		spec.Completions, spec.Parallelism = &completions, &completions
		spec.BackoffLimit, spec.BackoffLimitPerIndex = nil, new(int32(0))
	}
}

func TestPodsRunUntilTold(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{})
	client := newClient(t, s)
	job := newJob("row", map[string]string{sandbox.UntilTold: "true", "sandbox.depctl.dev/fail-indexes": "1"})
	indexed(3)(&job.Spec)
	createJob(t, client, job)
	require.NoError(t, sandbox.Tell(t.Context(), client, "default", "row", 2, 1))
	ended := func() (indexes []string) {
		for _, pod := range podsOf(t, client, "row") {
			if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
				indexes = append(indexes, pod.Labels[batchv1.JobCompletionIndexAnnotation])
			}
		}
		return indexes
	}
	eventually(t, "two to end", func(context.Context) (bool, error) { return len(ended()) >= 2, nil })
	require.ElementsMatch(t, []string{"1", "2"}, ended())
	require.NoError(t, sandbox.Tell(t.Context(), client, "default", "row"))
	_, end := finished(t, client, "row")
	require.Equal(t, batchv1.JobFailed, end.Type)
}

// A Job with podReplacementPolicy Failed only lets go of a pod whose phase says
// that it has ended, so this is the harder of the two cases.
func TestDeletedPodsGoAway(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{})
	client := newClient(t, s)
	job := newJob("long", map[string]string{"sandbox.depctl.dev/run-for": "1h"})
	job.Spec.PodReplacementPolicy = new(batchv1.Failed)
	createJob(t, client, job)
	eventually(t, "a running pod", func(context.Context) (bool, error) {
		pods := podsOf(t, client, "long")
		return len(pods) == 1 && pods[0].Status.Phase == corev1.PodRunning, nil
	})
	pod := podsOf(t, client, "long")[0].Name
	require.NoError(t, client.CoreV1().Pods("default").Delete(t.Context(), pod, metav1.DeleteOptions{}))
	ended, end := finished(t, client, "long")
	require.Equal(t, batchv1.JobReasonBackoffLimitExceeded, end.Reason)
	require.Equal(t, int32(1), ended.Status.Failed)
	eventually(t, "the pod to be gone", func(context.Context) (bool, error) {
		return len(podsOf(t, client, "long")) == 0, nil
	})
}

func TestPodsQueueForCPU(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{Nodes: 2, NodeCPU: "1"})
	client := newClient(t, s)
	job := newJob("queue", map[string]string{"sandbox.depctl.dev/run-for": "1h"})
	job.Spec.Completions, job.Spec.Parallelism = new(int32(3)), new(int32(3))
	job.Spec.Template.Spec.Containers[0].Resources.Requests = corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("600m"),
	}
	createJob(t, client, job)
	eventually(t, "two pods to run and one to wait", func(context.Context) (bool, error) {
		nodes, waiting := map[string]bool{}, 0
		for _, pod := range podsOf(t, client, "queue") {
			if pod.Status.Phase == corev1.PodRunning {
				nodes[pod.Spec.NodeName] = true
			}
			for _, condition := range pod.Status.Conditions {
				if condition.Type == corev1.PodScheduled && condition.Reason == corev1.PodReasonUnschedulable {
					waiting++
				}
			}
		}
		return len(nodes) == 2 && waiting == 1, nil
	})
}
