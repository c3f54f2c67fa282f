package container

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/history"
)

func TestAScriptThatFailsTakesItsDependentsAlong(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "exit")
	s.make("report", "load", "echo report")
	s.make("load", "extract", "echo load")
	s.make("alarm", "failed(extract)", "echo 'extract has failed'")
	s.make("extract", "", "echo 'no such table'; exit 42")

	require.Equal(t, batchv1.JobReasonBackoffLimitExceeded, s.fails("extract").Reason)
	require.Equal(t, int32(42), end(t, s.pods("extract")[0]).ExitCode)
	require.Equal(t, "no such table", s.printed("extract"))
	for _, never := range []string{"load", "report"} {
		require.Equal(t, gate.ReasonDependencyFailed, s.fails(never).Reason)
		require.Empty(t, s.pods(never))
	}
	s.completes("alarm")
	require.Equal(t, "extract has failed", s.printed("alarm"))
}

func TestEachElementOfAnArrayKnowsItsIndex(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	const elements = 10
	s := shared.namespace(t, "array")
	data := on("/run/" + s.name)
	s.make("sum", "array", `cat /data/* | wc -l`, data)
	s.make("array", "", `echo "element $JOB_COMPLETION_INDEX" | tee /data/$JOB_COMPLETION_INDEX`, data, func(job *batchv1.Job) {
		job.Spec.CompletionMode = new(batchv1.IndexedCompletion)
		job.Spec.Completions, job.Spec.Parallelism = new(int32(elements)), new(int32(elements))
	})
	s.completes("array", "sum")
	var printed, want []string
	for _, pod := range s.pods("array") {
		require.Equal(t, "element "+pod.Labels[batchv1.JobCompletionIndexAnnotation], s.log(pod.Name))
		printed = append(printed, s.log(pod.Name))
	}
	for i := range elements {
		want = append(want, fmt.Sprint("element ", i))
	}
	slices.Sort(printed)
	require.Equal(t, want, printed)
	require.Equal(t, fmt.Sprint(elements), s.printed("sum"))
}

func TestARetryIsNotYetAFailure(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "retry")
	data := on("/run/" + s.name)
	s.make("after", "flaky", `cat /data/tries`, data)
	s.make("flaky", "", `echo try >> /data/tries; test $(wc -l < /data/tries) -eq 3`, data, tries(3))
	s.completes("after")
	require.Equal(t, "try\ntry\ntry", s.printed("after"))
	pods := s.pods("flaky")
	require.Len(t, pods, 3)
	for i, code := range []int32{1, 1, 0} {
		require.Equal(t, code, end(t, pods[i]).ExitCode, "try %d", i+1)
	}
}

// endlessLine takes all the memory there is: tail keeps the last line, and this one has no end.
const endlessLine = "exec tail /dev/zero"

// memory limits what a Job's container may take.
func memory(limit string) change {
	return func(job *batchv1.Job) {
		list := corev1.ResourceList{corev1.ResourceMemory: resource.MustParse(limit), corev1.ResourceCPU: resource.MustParse("100m")}
		job.Spec.Template.Spec.Containers[0].Resources = corev1.ResourceRequirements{Limits: list, Requests: list}
	}
}

// runsOutOfMemory makes a Job whose container is killed for its memory, and of which the kubelet
// says so. A container that ends at once may be gone before containerd has read why, and then the
// kubelet says Error, so there are several tries.
func (s *space) runsOutOfMemory(name string) {
	s.t.Helper()
	for range 10 {
		s.make(name, "", endlessLine, memory("32Mi"))
		s.until(name, "is there", func(e history.Event) bool { return !e.Deleted })
		s.fails(name)
		if end(s.t, s.pods(name)[0]).Reason == "OOMKilled" {
			return
		}
		require.NoError(s.t, s.client.BatchV1().Jobs(s.name).Delete(s.t.Context(), name, metav1.DeleteOptions{
			PropagationPolicy: new(metav1.DeletePropagationForeground),
		}))
		s.until(name, "is gone", func(e history.Event) bool { return e.Deleted })
	}
	require.Fail(s.t, "the kubelet never says OOMKilled")
}

func TestTooMuchMemoryIsAFailure(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "memory")
	s.make("load", "hungry", "echo load")
	s.make("smaller", "failed(hungry)", "echo 'trying with less'")
	s.make("hungry", "", endlessLine, memory("32Mi"))
	require.Equal(t, batchv1.JobReasonBackoffLimitExceeded, s.fails("hungry").Reason)
	require.Equal(t, int32(137), end(t, s.pods("hungry")[0]).ExitCode)
	require.Equal(t, gate.ReasonDependencyFailed, s.fails("load").Reason)
	require.Empty(t, s.pods("load"))
	s.completes("smaller")
}

func TestTooMuchTimeIsAFailure(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "time")
	s.make("load", "slow", "echo load")
	s.make("alarm", "failed(slow)", "echo 'slow took too long'")
	s.make("slow", "", "echo started; exec sleep 600", func(job *batchv1.Job) { job.Spec.ActiveDeadlineSeconds = new(int64(4)) })
	require.Equal(t, batchv1.JobReasonDeadlineExceeded, s.fails("slow").Reason)
	require.Equal(t, gate.ReasonDependencyFailed, s.fails("load").Reason)
	require.Empty(t, s.pods("load"))
	s.completes("alarm")
}
