package container

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// space is a namespace of one test.
type space struct {
	*cluster
	t    *testing.T
	name string
}

// namespace makes a namespace with a name of its own, and a name for the rest.
func (c *cluster) namespace(t *testing.T, prefix string) *space {
	t.Helper()
	made, err := c.client.CoreV1().Namespaces().Create(t.Context(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix + "-"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	return &space{cluster: c, t: t, name: made.Name}
}

// change alters a Job before it is made.
type change func(*batchv1.Job)

// make makes a Job that runs a script, and waits for what dependsOn says, if it
// says anything. It is not tried again.
func (s *space) make(name, dependsOn, script string, changes ...change) {
	s.t.Helper()
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{}},
		Spec: batchv1.JobSpec{
			BackoffLimit: new(int32(0)),
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				RestartPolicy: corev1.RestartPolicyNever,
				// A shell that is process 1 does not end by SIGTERM.
				TerminationGracePeriodSeconds: new(int64(1)),
				Containers: []corev1.Container{{
					Name: "main", Image: sandbox.BusyboxImage, Command: []string{"sh", "-ec", script},
				}},
			}},
		},
	}
	if dependsOn != "" {
		job.Annotations[gate.DependsOnAnnotation] = dependsOn
	}
	for _, change := range changes {
		change(job)
	}
	_, err := s.client.BatchV1().Jobs(s.name).Create(s.t.Context(), job, metav1.CreateOptions{})
	require.NoError(s.t, err)
}

// on mounts a directory of the node at /data.
func on(dir string) change {
	return func(job *batchv1.Job) {
		pod := &job.Spec.Template.Spec
		pod.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{
			HostPath: &corev1.HostPathVolumeSource{Path: dir, Type: new(corev1.HostPathDirectoryOrCreate)},
		}}}
		pod.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "data", MountPath: "/data"}}
	}
}

func tries(n int32) change {
	return func(job *batchv1.Job) { job.Spec.BackoffLimit = new(n - 1) }
}

// until waits until a condition holds of the last state of a Job, and returns it.
func (s *space) until(name, what string, condition func(history.Event) bool) *batchv1.Job {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	var job *batchv1.Job
	err := s.history.Wait(ctx, func(last map[string]history.Event) bool {
		e, ok := last[s.name+"/"+name]
		if ok {
			job = e.Job
		}
		return ok && condition(e)
	})
	if err != nil {
		described, _ := s.Kubectl(s.t.Context(), nil, "describe", "jobs,pods", "--namespace", s.name)
		require.NoError(s.t, err, "waiting for Job %s: %s\n%s", name, what, described)
	}
	return job
}

func (s *space) completes(names ...string) {
	s.t.Helper()
	for _, name := range names {
		job := s.until(name, "its end", ended)
		require.True(s.t, history.Event{Job: job}.Is(batchv1.JobComplete), "%s: %+v", name, job.Status.Conditions)
	}
}

// fails returns the Failed condition of a Job.
func (s *space) fails(name string) batchv1.JobCondition {
	s.t.Helper()
	job := s.until(name, "its end", ended)
	at := slices.IndexFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool { return c.Type == batchv1.JobFailed })
	require.GreaterOrEqual(s.t, at, 0, "%s: %+v", name, job.Status.Conditions)
	return job.Status.Conditions[at]
}

func ended(e history.Event) bool { return e.Is(batchv1.JobComplete) || e.Is(batchv1.JobFailed) }

// pods returns the pods of a Job, the oldest first.
func (s *space) pods(job string) []corev1.Pod {
	s.t.Helper()
	pods, err := s.client.CoreV1().Pods(s.name).List(s.t.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job})
	require.NoError(s.t, err)
	slices.SortFunc(pods.Items, func(a, b corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return pods.Items
}

// printed returns what the only pod of a Job printed.
func (s *space) printed(job string) string {
	s.t.Helper()
	pods := s.pods(job)
	require.Len(s.t, pods, 1, "pods of %s", job)
	return s.log(pods[0].Name)
}

func (s *space) log(pod string) string {
	s.t.Helper()
	stream, err := s.client.CoreV1().Pods(s.name).GetLogs(pod, &corev1.PodLogOptions{}).Stream(s.t.Context())
	require.NoError(s.t, err)
	defer stream.Close()
	text, err := io.ReadAll(stream)
	require.NoError(s.t, err)
	return strings.TrimSpace(string(text))
}

// end returns how the container of a pod ended.
func end(t *testing.T, pod corev1.Pod) *corev1.ContainerStateTerminated {
	t.Helper()
	require.Len(t, pod.Status.ContainerStatuses, 1, "%s: %+v", pod.Name, pod.Status)
	terminated := pod.Status.ContainerStatuses[0].State.Terminated
	require.NotNil(t, terminated, "%s: %+v", pod.Name, pod.Status)
	return terminated
}
