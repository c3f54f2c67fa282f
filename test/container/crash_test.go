package container

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

func TestTheLeadingGatesPodIsDeletedMidRun(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "gate")
	data := on("/run/" + s.name)
	s.make("third", "second", `cat /data/order; echo third`, data)
	s.make("second", "first", `echo second >> /data/order`, data)
	s.make("first", "", `echo first >> /data/order; until [ -e /data/go ]; do sleep 0.1; done`, data)
	s.until("first", "its pod", running)

	const namespace, name = "depctl-system", "depctl-gate"
	pods := s.client.CoreV1().Pods(namespace)
	leader := s.leader(namespace, name)
	require.NoError(t, pods.Delete(t.Context(), leader, metav1.DeleteOptions{}))
	s.make("go", "", `touch /data/go`, data)
	s.completes("third")
	require.Equal(t, "first\nsecond\nthird", s.printed("third"))
	require.NotEqual(t, leader, s.leader(namespace, name))
	_, err := s.Kubectl(t.Context(), nil, "rollout", "status", "--namespace", namespace, "deployment/"+name, "--timeout=1m")
	require.NoError(t, err)
}

// leader returns the name of the pod that leads.
func (s *space) leader(namespace, lease string) string {
	s.t.Helper()
	l, err := s.client.CoordinationV1().Leases(namespace).Get(s.t.Context(), lease, metav1.GetOptions{})
	require.NoError(s.t, err)
	require.NotNil(s.t, l.Spec.HolderIdentity)
	pod, _, _ := strings.Cut(*l.Spec.HolderIdentity, "_")
	return pod
}

func TestTheNodeIsKilledAndStartedAgainWhileJobsWait(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	own, err := startCluster(ctx, sandbox.Base)
	require.NoError(t, err)
	defer func() { require.NoError(t, own.stop()) }()
	_, err = own.StartGate(ctx, sandbox.GateOptions{})
	require.NoError(t, err)

	s := own.namespace(t, "node")
	dir := t.TempDir() // of the machine: the node's own /run goes with it
	data := on(dir)
	s.make("second", "first", `cat /data/tries`, data)
	s.make("first", "", `echo try >> /data/tries; until [ -e /data/go ]; do sleep 0.1; done`, data, tries(5))
	s.until("first", "its pod", running)
	written := func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "tries"))
		return err == nil && string(text) == "try\n"
	}
	require.NoError(t, wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, patience, true,
		func(context.Context) (bool, error) { return written(), nil }))

	require.NoError(t, own.Kill(sandbox.RealNode))
	require.True(t, history.Event{Job: s.until("second", "it to be seen", func(history.Event) bool { return true })}.Suspended())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go"), nil, 0o644))
	require.NoError(t, own.Restart(ctx, sandbox.RealNode))

	s.completes("second")
	require.Equal(t, "try\ntry", s.printed("second"))
	require.Len(t, s.pods("first"), 2)
	require.Equal(t, corev1.PodFailed, s.pods("first")[0].Status.Phase)
}

// running reports whether a pod of the Job is ready.
func running(e history.Event) bool {
	return e.Job.Status.Ready != nil && *e.Job.Status.Ready > 0 && !e.Is(batchv1.JobComplete)
}
