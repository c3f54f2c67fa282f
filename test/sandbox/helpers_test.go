package sandbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/sandbox"
)

// patience is for a loaded machine; what is waited for takes a second or two.
const patience = 3 * time.Minute

func newClient(t *testing.T, s *sandbox.Sandbox) kubernetes.Interface {
	t.Helper()
	client, err := kubernetes.NewForConfig(s.Config())
	require.NoError(t, err)
	return client
}

// eventually waits until check reports true. An error of check ends it.
func eventually(t *testing.T, what string, check func(ctx context.Context) (bool, error)) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, patience, true, check)
	require.NoError(t, err, "waiting for: %s", what)
}

// newJob returns a Job of one pod that ends as the annotations say, and is not
// tried again.
func newJob(name string, annotations map[string]string) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: batchv1.JobSpec{
			BackoffLimit: new(int32(0)),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Annotations: annotations},
				Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever,
					Containers: []corev1.Container{
						{Name: "main", Image: "none"},
						{Name: "sidecar", Image: "none"},
					},
				},
			},
		},
	}
}

func createJob(t *testing.T, client kubernetes.Interface, job *batchv1.Job) {
	t.Helper()
	_, err := client.BatchV1().Jobs(job.Namespace).Create(t.Context(), job, metav1.CreateOptions{})
	require.NoError(t, err)
}

// finished waits until a Job is Complete or Failed, and returns it with its
// last condition.
func finished(t *testing.T, client kubernetes.Interface, name string) (*batchv1.Job, batchv1.JobCondition) {
	t.Helper()
	var job *batchv1.Job
	var end batchv1.JobCondition
	eventually(t, "the end of Job "+name, func(ctx context.Context) (bool, error) {
		var err error
		job, err = client.BatchV1().Jobs("default").Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, end = range job.Status.Conditions {
			if end.Type == batchv1.JobComplete || end.Type == batchv1.JobFailed {
				return true, nil
			}
		}
		return false, nil
	})
	return job, end
}

func podsOf(t *testing.T, client kubernetes.Interface, job string) []corev1.Pod {
	t.Helper()
	pods, err := client.CoreV1().Pods("default").List(t.Context(), metav1.ListOptions{
		LabelSelector: batchv1.JobNameLabel + "=" + job,
	})
	require.NoError(t, err)
	return pods.Items
}
