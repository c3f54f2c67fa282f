package ui

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/browser"
	"depctl.dev/test/sandbox"
)

// patience is how long the cluster may take for something, and tick how often it is asked.
const (
	patience = 30 * time.Second
	tick     = 50 * time.Millisecond
)

// space is a namespace of a test.
type space struct {
	*cluster
	t    *testing.T
	name string
}

func (c *cluster) namespace(t *testing.T) *space {
	t.Helper()
	made, err := c.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "page-"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	return &space{c, t, made.Name}
}

var podSpec = corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: sandbox.BusyboxImage}}}

// jobOf returns a Job. Its pods do what the annotations of its template say.
func jobOf(name, dependsOn string, template map[string]string) *batchv1.Job {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{}},
		Spec: batchv1.JobSpec{BackoffLimit: new(int32(0)), Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{}},
			Spec:       podSpec,
		}},
	}
	for key, value := range template {
		job.Spec.Template.Annotations["sandbox.depctl.dev/"+key] = value
	}
	if dependsOn != "" {
		job.Annotations[gate.DependsOnAnnotation] = dependsOn
	}
	return job
}

// make makes a Job.
func (s *space) make(name, dependsOn string, template map[string]string, changes ...func(*batchv1.Job)) {
	s.t.Helper()
	job := jobOf(name, dependsOn, template)
	for _, change := range changes {
		change(job)
	}
	_, err := s.client.BatchV1().Jobs(s.name).Create(s.t.Context(), job, metav1.CreateOptions{})
	require.NoError(s.t, err)
}

var (
	long  = map[string]string{"run-for": "600s"}
	fails = map[string]string{"exit-code": "3"}
)

// served starts depctl ui, and returns the URL with the key.
func (c *cluster) served(t *testing.T, args ...string) string {
	t.Helper()
	entrance, _ := c.started(t, args...)
	return entrance
}

// started starts depctl ui, and returns the URL with the key, and the process.
func (c *cluster) started(t *testing.T, args ...string) (entrance string, process int) {
	t.Helper()
	cmd := exec.Command(filepath.Join("..", "..", "bin", "depctl"), append([]string{"ui", "--no-open", "--kubeconfig", c.Kubeconfig()}, args...)...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = t.Output()
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait(), "depctl ui ends in good order when it is told to")
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url := strings.TrimSpace(lines.Text()); strings.HasPrefix(url, "http://") {
			return url, cmd.Process.Pid
		}
	}
	require.NoError(t, lines.Err())
	t.Fatal("depctl ui says no URL")
	return "", 0
}

// page opens the page of a namespace.
func (s *space) page(size browser.Size, args ...string) *browser.Tab {
	s.t.Helper()
	url := s.served(s.t, append([]string{"-n", s.name}, args...)...)
	tab := browser.New(s.t, size)
	tab.Open(url)
	return tab
}

// night makes Jobs of all kinds of states.
func (s *space) night() {
	s.make("extract", "", nil)
	s.make("slow", "", long)
	s.make("clean", "extract", nil)
	s.make("load", "clean, slow", nil)
	s.make("broken", "clean", fails)
	s.make("never", "broken", nil)
	s.make("alarm", "failed(broken)", long)
	s.make("lost", "clean, extrct", nil)
	s.make("held", "clean", nil, func(job *batchv1.Job) { job.Annotations[gate.HoldAnnotation] = "the disk is full" })
	s.make("report", "load or lost, held", nil)
	s.make("array", "self[i-1]", long, func(job *batchv1.Job) {
		job.Spec.CompletionMode, job.Spec.Completions, job.Spec.Parallelism = new(batchv1.IndexedCompletion), new(int32(4)), new(int32(4))
	})
	for _, name := range []string{"shard-a", "shard-b", "shard-c", "shard-d", "shard-e"} {
		s.make(name, "clean", long)
	}
	s.make("gather", "shard-*", nil)
}
