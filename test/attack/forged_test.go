package attack

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// A pod may say of any Job of any namespace that it is its owner.
func TestForgedPods(t *testing.T) {
	f := begin(t, "A1", "a pod of another namespace opens no element and takes no room of array-limit")
	const n = 8
	f.make(f.victim, "gen", "", indexed(n), untilTold)
	arr := f.make(f.victim, "arr", "gen[i]", indexed(n))
	row := f.make(f.victim, "row", "gen[i]", indexed(n), annotate("depctl.dev/array-limit", "1"))
	plain := f.make(f.victim, "plain", "", untilTold)
	f.make(f.victim, "after", "plain")
	f.tell(f.victim, "gen", 0) // an array has no pods before its first element may run
	require.True(t, f.until(patience, func() bool {
		return len(f.podsOf(f.victim, "arr")) == n && len(f.podsOf(f.victim, "row")) == n && len(f.podsOf(f.victim, "plain")) == 1
	}), "the elements have no pods")

	f.forge(arr, 5, corev1.PodRunning)
	f.forge(arr, 6, corev1.PodSucceeded)
	f.forge(arr, 7, corev1.PodFailed)
	f.forge(row, 99, corev1.PodRunning)
	f.forge(plain, 0, corev1.PodSucceeded)
	f.othersGoOn() // by then, the gate has seen them

	f.tell(f.victim, "gen", 1)
	moves := f.until(30*time.Second, func() bool { return f.completed("arr", 1) && f.completed("row", 1) })
	f.holds(moves, "the second elements do not run: forged pods take their room")
	early := 0
	for _, pod := range slices.Concat(f.podsOf(f.victim, "arr"), f.podsOf(f.victim, "row")) {
		if index := pod.Annotations[batchv1.JobCompletionIndexAnnotation]; len(pod.Spec.SchedulingGates) == 0 && index != "0" && index != "1" {
			early++
		}
	}
	f.holds(early == 0, "%d elements run before their prerequisites", early)
	nudged, err := f.get(f.victim, "plain")
	require.NoError(t, err)
	f.holds(nudged.Spec.ActiveDeadlineSeconds == nil && nudged.Spec.TTLSecondsAfterFinished == nil, "a forged pod moved the gate to write to a Job that runs")

	for i := 2; i < n; i++ {
		f.tell(f.victim, "gen", i)
	}
	f.tell(f.victim, "plain")
	f.holds(f.completes(f.victim, "arr", "row", "after"), "what the forged pods name does not end")
	f.figure("%d elements early", early)
}

// completed reports whether an element of a Job of the victim is complete.
func (f *field) completed(job string, index int64) bool {
	f.t.Helper()
	for _, pod := range f.podsOf(f.victim, job) {
		if pod.Annotations[batchv1.JobCompletionIndexAnnotation] == fmt.Sprint(index) && pod.Status.Phase == corev1.PodSucceeded {
			return true
		}
	}
	return false
}

// forge makes a pod in evil that names a Job of others as its owner, as a pod of its
// own that is let go.
func (f *field) forge(owner *batchv1.Job, index int, phase corev1.PodPhase) {
	f.t.Helper()
	pods := f.tenant.CoreV1().Pods(f.evil)
	made, err := pods.Create(f.t.Context(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: "forged-",
			// The Job controller's own labels, by which it is found, too.
			Labels: map[string]string{
				"depctl.dev/gated": "true", "depctl.dev/awaited": "true",
				batchv1.JobNameLabel: owner.Name, batchv1.ControllerUidLabel: string(owner.UID),
			},
			// Without it, the garbage collector removes the pod.
			Finalizers:  []string{"evil.example.com/keep"},
			Annotations: map[string]string{batchv1.JobCompletionIndexAnnotation: fmt.Sprint(index)},
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "batch/v1", Kind: "Job", Name: owner.Name, UID: owner.UID, Controller: new(true),
			}},
		},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, NodeName: "no-such-node",
			Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
		},
	}, metav1.CreateOptions{})
	require.NoError(f.t, err)
	// The garbage collector writes to the pod meanwhile.
	_, err = pods.Patch(f.t.Context(), made.Name, types.MergePatchType, fmt.Appendf(nil, `{"status":{"phase":%q}}`, phase), metav1.PatchOptions{}, "status")
	require.NoError(f.t, err)
}
