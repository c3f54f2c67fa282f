package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"depctl.dev/test/sandbox"
)

// A pod that was told must not be looked for again while another is waited for.
func TestTellWaitsForEachIndexOnce(t *testing.T) {
	t.Parallel()
	running := func(name, index string, phase corev1.PodPhase) *corev1.Pod {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: "default", Name: name, Labels: map[string]string{batchv1.JobNameLabel: "row"},
				Annotations: map[string]string{batchv1.JobCompletionIndexAnnotation: index, sandbox.UntilTold: "true"},
			},
			Status: corev1.PodStatus{Phase: phase},
		}
	}
	late := running("row-1", "1", corev1.PodPending)
	client := fake.NewClientset(running("row-2", "2", corev1.PodRunning), late)
	client.PrependReactor("patch", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		if action.(clienttesting.PatchAction).GetName() == "row-2" {
			return false, nil, client.Tracker().Update(corev1.SchemeGroupVersion.WithResource("pods"),
				running("row-1", "1", corev1.PodRunning), "default")
		}
		return false, nil, nil
	})
	require.NoError(t, sandbox.Tell(t.Context(), client, "default", "row", 2, 1))
	list, err := client.CoreV1().Pods("default").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	for _, pod := range list.Items {
		require.NotContains(t, pod.Annotations, sandbox.UntilTold, pod.Name)
	}
}
