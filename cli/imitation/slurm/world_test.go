package slurm

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/rest"
	clienttesting "k8s.io/client-go/testing"
	clock "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/imitation"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}

// world is a cluster in memory, and a user in front of it.
type world struct {
	t         *testing.T
	client    *fake.Clientset
	now       time.Time
	env       map[string]string
	host      request.Host
	namespace string
	said      strings.Builder
}

// newWorld has a node, and a site with a queue and a volume.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), env: map[string]string{}, namespace: "lab",
		host: request.Host{Name: "login1", User: "ann", UID: 1001, GID: 100, Directory: "/shared/ann"},
	}
	w.client = fake.NewClientset(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"}, Status: corev1.NodeStatus{
		Allocatable: corev1.ResourceList{"cpu": resource.MustParse("8"), "memory": resource.MustParse("32Gi"), "nvidia.com/gpu": resource.MustParse("2")},
		Conditions:  []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
	}})
	w.client.PrependReactor("create", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		job := action.(clienttesting.CreateAction).GetObject().(*batchv1.Job)
		job.UID, job.CreationTimestamp = types.UID("uid-"+job.Name), metav1.NewTime(w.now)
		return false, nil, nil
	})
	site := filepath.Join(t.TempDir(), "depctl.yaml")
	require.NoError(t, os.WriteFile(site, []byte(`
job: {spec: {template: {spec: {containers: [{name: main, image: tools:1}]}}}}
queues: {long: {labels: {team/queue: long}}}
accounts: [proj]
environment: ["PROJECT*"]
volumes: [{directory: /shared, mountPath: /data, source: {nfs: {server: files, path: /shared}}}]
`), 0o600))
	w.env["DEPCTL_TEMPLATE"] = site
	return w
}

// run calls a command, and returns what it prints and its exit status.
func (w *world) run(stdin string, words ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	var out, errOut bytes.Buffer
	f := cluster.NewFactory(command.Build{})
	f.NewClient = func(*rest.Config) (kubernetes.Interface, error) { return w.client, nil }
	f.Suffix = func() string { return "abcde" }
	*f.Flags.APIServer, *f.Flags.Namespace = "http://127.0.0.1:1", w.namespace
	s := imitation.NewSession(f, System(), genericiooptions.IOStreams{In: strings.NewReader(stdin), Out: &out, ErrOut: &errOut})
	s.Host, s.Clock = w.host, clock.NewFakeClock(w.now)
	s.LookupEnv = func(name string) (string, bool) { value, has := w.env[name]; return value, has }
	s.Environ = []string{"HOME=/home/ann", "PROJECT=sun"}
	_, cmd, ok := imitation.Find([]*imitation.System{System()}, words[0])
	require.True(w.t, ok, words[0])
	code = cmd.Run(context.Background(), s, words[1:])
	return out.String(), errOut.String(), code
}

// tell calls a command, and writes down what a person sees.
func (w *world) tell(line string, words ...string) {
	w.t.Helper()
	if words == nil {
		words = strings.Fields(line)
	}
	stdout, stderr, code := w.run("", words...)
	fmt.Fprintf(&w.said, "$ %s\n%s", line, stdout)
	for text := range strings.SplitSeq(strings.TrimSuffix(stderr, "\n"), "\n") {
		if text != "" {
			fmt.Fprintf(&w.said, "! %s\n", text)
		}
	}
	if code != 0 {
		fmt.Fprintf(&w.said, "(exit %d)\n", code)
	}
	w.said.WriteString("\n")
}

// golden compares what was written down with a file.
func (w *world) golden(name string) {
	w.t.Helper()
	file := filepath.Join("testdata", name)
	text := strings.ReplaceAll(w.said.String(), w.env["DEPCTL_TEMPLATE"], "depctl.yaml")
	if *update {
		require.NoError(w.t, os.WriteFile(file, []byte(text), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(w.t, err)
	require.Equal(w.t, string(want), text)
}

// submit submits, and returns the number.
func (w *world) submit(words ...string) string {
	w.t.Helper()
	stdout, stderr, code := w.run("", append([]string{"sbatch", "--parsable"}, words...)...)
	require.Zero(w.t, code, stderr)
	require.Empty(w.t, stderr, "nothing is printed beside the number")
	return strings.TrimSpace(stdout)
}

// change alters the Job with a number, as the cluster would.
func (w *world) change(id string, changes ...func(*batchv1.Job)) *batchv1.Job {
	w.t.Helper()
	jobs := w.client.BatchV1().Jobs(w.namespace)
	list, err := jobs.List(context.Background(), metav1.ListOptions{LabelSelector: request.IDLabel + "=" + id})
	require.NoError(w.t, err)
	require.Len(w.t, list.Items, 1)
	job := &list.Items[0]
	for _, change := range changes {
		change(job)
	}
	_, err = jobs.Update(context.Background(), job, metav1.UpdateOptions{})
	require.NoError(w.t, err)
	return job
}

// pod adds the pod of a Job, or of an element of it.
func (w *world) pod(id, index string, phase corev1.PodPhase, state corev1.ContainerState) {
	w.t.Helper()
	job := w.change(id)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: job.Name + "-" + index, Namespace: w.namespace, Annotations: map[string]string{batchv1.JobCompletionIndexAnnotation: index},
			Labels: map[string]string{request.IDLabel: id, batchv1.ControllerUidLabel: string(job.UID)},
		},
		Spec:   corev1.PodSpec{NodeName: "node-1"},
		Status: corev1.PodStatus{Phase: phase, ContainerStatuses: []corev1.ContainerStatus{{State: state}}},
	}
	_, err := w.client.CoreV1().Pods(w.namespace).Create(context.Background(), pod, metav1.CreateOptions{})
	require.NoError(w.t, err)
}

func (w *world) after(d time.Duration) metav1.Time { return metav1.NewTime(w.now.Add(d)) }

func (w *world) running() corev1.ContainerState {
	return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: w.after(-65 * time.Second)}}
}

func (w *world) exited(code int32, reason string) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: code, Reason: reason, StartedAt: w.after(-125 * time.Second), FinishedAt: w.after(-5 * time.Second),
	}}
}

func active(job *batchv1.Job) { job.Status.Active, job.Status.Ready = 1, ptr.To[int32](1) }

// over ends a Job.
func (w *world) over(kind batchv1.JobConditionType, reason string) func(*batchv1.Job) {
	return func(job *batchv1.Job) {
		job.Status.Active, job.Status.Ready = 0, nil
		if kind == batchv1.JobFailed && reason == batchv1.JobReasonBackoffLimitExceeded {
			job.Status.Failed = 1
		}
		job.Status.StartTime = ptr.To(w.after(-125 * time.Second))
		job.Status.Conditions = []batchv1.JobCondition{{Type: kind, Status: corev1.ConditionTrue, Reason: reason, LastTransitionTime: w.after(-5 * time.Second)}}
	}
}

// night is a queue with jobs in all states.
func night(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.submit("-J", "prep", "-t", "10", "-c", "2", "--mem=4G", "-A", "proj", "--wrap", "true")                               // 1
	w.submit("-J", "My_Sim", "--array=0-4%2", "-d", "afterok:1", "-p", "long", "-o", "logs/%x.%A_%a.out", "--wrap", "true") // 2-6
	w.submit("-J", "report", "-d", "afterany:2", "--comment=nightly", "--wrap", "true")                                     // 7
	w.submit("-H", "--wrap", "true")                                                                                        // 8
	w.submit("-J", "broken", "--wrap", "false")                                                                             // 9
	w.submit("-J", "big", "--mem=1G", "--wrap", "true")                                                                     // 10
	w.submit("-J", "slow", "-t", "1", "--wrap", "true")                                                                     // 11
	w.submit("-J", "gone", "--wrap", "true")                                                                                // 12
	w.submit("-J", "never", "-d", "afternotok:1", "--wrap", "true")                                                         // 13
	w.submit("-J", "waits", "--wrap", "true")                                                                               // 14
	w.host.User = "bob"
	w.submit("-J", "bobs", "--wrap", "true") // 15
	w.host.User = "ann"
	w.now = w.now.Add(10 * time.Minute)
	w.change("1", w.over(batchv1.JobComplete, "CompletionsReached"))
	w.change("2", func(job *batchv1.Job) {
		job.Spec.Suspend = ptr.To(false)
		job.Status.Active, job.Status.CompletedIndexes, job.Status.FailedIndexes = 1, "0", ptr.To("1")
	})
	w.pod("2", "1", corev1.PodFailed, w.exited(3, "Error"))
	w.pod("2", "2", corev1.PodRunning, w.running())
	w.change("9", w.over(batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded))
	w.pod("9", "0", corev1.PodFailed, w.exited(1, "Error"))
	w.change("10", w.over(batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded))
	w.pod("10", "0", corev1.PodFailed, w.exited(137, "OOMKilled"))
	w.change("11", w.over(batchv1.JobFailed, batchv1.JobReasonDeadlineExceeded))
	w.change("12", w.over(batchv1.JobFailed, gate.ReasonCancelled), func(job *batchv1.Job) { job.Status.Failed = 1 })
	w.change("13", w.over(batchv1.JobFailed, gate.ReasonDependencyFailed))
	w.change("14", func(job *batchv1.Job) { job.Status.Active = 1 })
	w.pod("14", "0", corev1.PodPending, corev1.ContainerState{})
	w.change("15", active)
	w.pod("15", "0", corev1.PodRunning, w.running())
	return w
}
