// Package peers tests the gate beside other projects that decide when Jobs run: the real managers of
// Kueue and JobSet, on the sandbox's control plane. `make test-peers` builds them and runs these tests;
// where they are not built, the tests are skipped.
package peers

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/sandbox"
)

// patience is how long a test waits for something that must happen.
const patience = 2 * time.Minute

// shared is the sandbox of all tests: Kueue takes 10 s to start. They run one after another, as some
// stop a manager or the gate.
var shared cluster

type cluster struct {
	*sandbox.Sandbox
	client  kubernetes.Interface
	objects dynamic.Interface
	gate    *sandbox.Gate
}

func TestMain(m *testing.M) {
	flag.Parse()
	if missing := missing(); missing != "" {
		fmt.Println("skipped: no " + missing + "; make test-peers builds it")
		return
	}
	os.Exit(run(m))
}

// missing names a manager that is not built.
func missing() string {
	bin := os.Getenv("DEPCTL_BIN")
	if bin == "" {
		bin = "../../bin"
	}
	for _, name := range []string{sandbox.Kueue, sandbox.JobSet} {
		path := filepath.Join(bin, name)
		if _, err := os.Stat(path); err != nil {
			return path
		}
	}
	return ""
}

func run(m *testing.M) (code int) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	err := shared.start(ctx)
	if shared.Sandbox != nil {
		defer func() {
			if err := shared.Stop(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
		}()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if code = m.Run(); code != 0 && shared.gate != nil {
		fmt.Println("the end of the gate's log:\n" + shared.gate.LogTail())
	}
	return code
}

func (c *cluster) start(ctx context.Context) (err error) {
	if c.Sandbox, err = sandbox.Start(ctx, sandbox.Options{Audit: true, Kueue: true, JobSet: true, Overlay: sandbox.Queues}); err != nil {
		return err
	}
	if err = c.clients(); err != nil {
		return err
	}
	if c.gate, err = c.StartGate(ctx, sandbox.GateOptions{}); err != nil {
		return err
	}
	return c.gate.WaitReady(ctx)
}

// clients makes the clients of a cluster that runs.
func (c *cluster) clients() (err error) {
	if c.client, err = kubernetes.NewForConfig(c.Config()); err != nil {
		return err
	}
	c.objects, err = dynamic.NewForConfig(c.Config())
	return err
}

// space is a namespace of its own for one test, with the LocalQueue main.
type space struct {
	*cluster
	t    *testing.T
	name string
}

func newSpace(t *testing.T) *space {
	t.Helper()
	return shared.space(t)
}

func (c *cluster) space(t *testing.T) *space {
	t.Helper()
	s := &space{cluster: c, t: t}
	made, err := s.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "peers-"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	s.name = made.Name
	return s
}

// change is what makes a Job another one.
type change func(*batchv1.Job)

// make makes a Job that waits, unless on is empty, and asks for a CPU.
func (s *space) make(name, on string, changes ...change) *batchv1.Job {
	s.t.Helper()
	job, err := s.try(name, on, changes...)
	require.NoError(s.t, err)
	return job
}

func (s *space) try(name, on string, changes ...change) (*batchv1.Job, error) {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{}, Labels: map[string]string{}},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{}},
			Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{
				Name: "main", Image: "none",
				Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")}},
			}}},
		}},
	}
	if on != "" {
		job.Annotations["depctl.dev/depends-on"] = on
	}
	for _, change := range changes {
		change(job)
	}
	return s.client.BatchV1().Jobs(s.name).Create(s.t.Context(), job, metav1.CreateOptions{})
}

func (s *space) get(name string) *batchv1.Job {
	s.t.Helper()
	job, err := s.client.BatchV1().Jobs(s.name).Get(s.t.Context(), name, metav1.GetOptions{})
	require.NoError(s.t, err)
	return job
}

// until waits until something is true.
func (s *space) until(what string, holds func() bool) {
	s.t.Helper()
	err := wait.PollUntilContextTimeout(s.t.Context(), 50*time.Millisecond, patience, true, func(context.Context) (bool, error) { return holds(), nil })
	require.NoError(s.t, err, what)
}
