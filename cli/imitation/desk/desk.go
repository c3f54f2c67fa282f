package desk

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/rest"
	clienttesting "k8s.io/client-go/testing"
	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/imitation"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.Local)

// Desk is where the commands of a system are called, and what their Jobs are kept in.
type Desk struct {
	t      *testing.T
	client *fake.Clientset
	env    map[string]string
	// Folder is where commands are called, and Stdin what they read.
	Folder, Stdin string
	system        *imitation.System
}

// New returns one for a system.
func New(t *testing.T, system *imitation.System) *Desk {
	t.Helper()
	client, made := fake.NewClientset(), 0
	client.PrependReactor("create", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		made++
		job := action.(clienttesting.CreateAction).GetObject().(*batchv1.Job)
		job.UID, job.CreationTimestamp = types.UID(strconv.Itoa(made)), at(0)
		return false, nil, nil
	})
	return &Desk{system: system, t: t, client: client, env: map[string]string{imitation.ImageVariable: "busybox", "HOME": "/home/ann"}, Folder: t.TempDir()}
}

// Calls runs a command line, and returns what it prints and its exit status.
func (d *Desk) Calls(args ...string) (stdout, stderr string, code int) {
	d.t.Helper()
	f := cluster.NewFactory(command.Build{})
	*f.Flags.Namespace, *f.Flags.APIServer = "etl", "http://127.0.0.1:1"
	f.NewClient = func(*rest.Config) (cluster.Client, error) { return d.client, nil }
	var out, errOut bytes.Buffer
	s := imitation.NewSession(f, d.system, genericiooptions.IOStreams{In: io.NopCloser(strings.NewReader(d.Stdin)), Out: &out, ErrOut: &errOut})
	s.Clock = clocktesting.NewFakeClock(noon)
	s.Host = request.Host{Name: "login", User: "ann", UID: 1000, GID: 100, Directory: d.Folder}
	s.LookupEnv = func(name string) (string, bool) { value, has := d.env[name]; return value, has }
	for _, c := range d.system.Commands {
		if c.Name == args[0] {
			code = c.Run(context.Background(), s, args[1:])
			return out.String(), errOut.String(), code
		}
	}
	d.t.Fatalf("there is no command %s", args[0])
	return "", "", 0
}

// Prints runs a command line that must succeed and say nothing on standard error.
func (d *Desk) Prints(args ...string) string {
	d.t.Helper()
	stdout, stderr, code := d.Calls(args...)
	require.Empty(d.t, stderr)
	require.Zero(d.t, code)
	return stdout
}

// Job returns the one that has a number.
func (d *Desk) Job(id string) *batchv1.Job {
	d.t.Helper()
	list, err := d.client.BatchV1().Jobs("etl").List(d.t.Context(), metav1.ListOptions{LabelSelector: request.IDLabel + "=" + id})
	require.NoError(d.t, err)
	require.Len(d.t, list.Items, 1)
	return &list.Items[0]
}

// Becomes changes a Job as Kubernetes does.
func (d *Desk) Becomes(id string, change func(*batchv1.Job)) {
	d.t.Helper()
	job := d.Job(id)
	change(job)
	_, err := d.client.BatchV1().Jobs("etl").Update(d.t.Context(), job, metav1.UpdateOptions{})
	require.NoError(d.t, err)
}

func at(second int) metav1.Time { return metav1.NewTime(noon.Add(time.Duration(second) * time.Second)) }

// Ends gives a Job an end, and a failed pod where the code is not 0.
func (d *Desk) Ends(id string, code int32) {
	d.t.Helper()
	d.Becomes(id, func(j *batchv1.Job) {
		kind := batchv1.JobComplete
		if code != 0 {
			kind, j.Status.Failed = batchv1.JobFailed, 1
		}
		start := at(1)
		j.Status.StartTime = &start
		j.Status.Conditions = []batchv1.JobCondition{{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: at(11)}}
	})
	if code == 0 {
		return
	}
	job := d.Job(id)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: job.Name + "-x", UID: "p", Labels: map[string]string{request.IDLabel: id, batchv1.ControllerUidLabel: string(job.UID)}},
		Spec:       corev1.PodSpec{NodeName: "node-1"},
		Status: corev1.PodStatus{Phase: corev1.PodFailed, ContainerStatuses: []corev1.ContainerStatus{{State: corev1.ContainerState{
			Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error", StartedAt: at(1), FinishedAt: at(11)},
		}}}},
	}
	_, err := d.client.CoreV1().Pods("etl").Create(d.t.Context(), pod, metav1.CreateOptions{})
	require.NoError(d.t, err)
}

// Starts gives a Job a pod that runs.
func (d *Desk) Starts(id, index string) {
	d.t.Helper()
	d.Becomes(id, func(j *batchv1.Job) {
		j.Status.Active++
	})
	job := d.Job(id)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: job.Name + "-" + index, UID: "p", Labels: map[string]string{request.IDLabel: id, batchv1.ControllerUidLabel: string(job.UID)},
			Annotations: map[string]string{batchv1.JobCompletionIndexAnnotation: index},
		},
		Spec: corev1.PodSpec{NodeName: "node-1"},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{State: corev1.ContainerState{
			Running: &corev1.ContainerStateRunning{StartedAt: at(1)},
		}}}},
	}
	_, err := d.client.CoreV1().Pods("etl").Create(d.t.Context(), pod, metav1.CreateOptions{})
	require.NoError(d.t, err)
}

// Fails gives a Job an end for a reason, without a pod.
func (d *Desk) Fails(id, reason string) {
	d.t.Helper()
	d.Becomes(id, func(j *batchv1.Job) {
		j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: reason, LastTransitionTime: at(9)}}
	})
}

// File writes one into the folder and returns its path.
func (d *Desk) File(name, text string) string {
	d.t.Helper()
	file := filepath.Join(d.Folder, name)
	require.NoError(d.t, os.WriteFile(file, []byte(text), 0o600))
	return file
}
