package fault_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// What etcd has is recorded without a gap, whatever restarts.
func TestFollow(t *testing.T) {
	s := sandbox.New(t, sandbox.Options{APIOnly: true})
	client, err := kubernetes.NewForConfig(s.Config())
	require.NoError(t, err)
	jobs := client.BatchV1().Jobs("default")
	create := func(name string) *batchv1.Job {
		made, err := jobs.Create(t.Context(), &batchv1.Job{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "none"}},
			}}},
		}, metav1.CreateOptions{})
		require.NoError(t, err)
		return made
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	first := create("first")
	etcd, err := s.Etcd()
	require.NoError(t, err)
	h, err := history.Follow(ctx, etcd)
	require.NoError(t, err)
	require.Equal(t, first.ResourceVersion, h.Last()["default/first"].Job.ResourceVersion)

	second := create("second")
	require.NoError(t, s.Restart(ctx, sandbox.APIServer))
	require.NoError(t, history.Compact(ctx, etcd))
	require.NoError(t, jobs.Delete(ctx, "first", metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)}))
	require.NoError(t, h.Wait(ctx, func(last map[string]history.Event) bool { return len(last) == 1 }))
	require.NoError(t, s.Restart(ctx, sandbox.Etcd))
	third := create("third")
	require.NoError(t, h.Wait(ctx, func(last map[string]history.Event) bool { return len(last) == 2 }))
	events := h.Events()
	require.Len(t, events, 4)
	require.Equal(t, second.UID, events[1].Job.UID)
	require.Equal(t, second.ResourceVersion, events[1].Job.ResourceVersion)
	require.True(t, events[2].Deleted)
	require.Equal(t, first.UID, events[2].Job.UID)
	require.Equal(t, third.UID, events[3].Job.UID)
}
