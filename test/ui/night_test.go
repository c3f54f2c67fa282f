package ui

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
)

// depctl runs a command in the namespace, which must succeed.
func (s *space) depctl(args ...string) string {
	s.t.Helper()
	out, err := exec.CommandContext(s.t.Context(), filepath.Join("..", "..", "bin", "depctl"), append(args, "-n", s.name, "--kubeconfig", s.Kubeconfig())...).CombinedOutput()
	require.NoError(s.t, err, "%s", out)
	return string(out)
}

// cronJob makes a CronJob whose Jobs run long.
func (s *space) cronJob(name, schedule string, changes ...func(*batchv1.CronJob)) {
	s.t.Helper()
	cron := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: batchv1.CronJobSpec{
		Schedule: schedule, JobTemplate: batchv1.JobTemplateSpec{Spec: jobOf(name, "", long).Spec},
	}}
	for _, change := range changes {
		change(cron)
	}
	_, err := s.client.BatchV1().CronJobs(s.name).Create(s.t.Context(), cron, metav1.CreateOptions{})
	require.NoError(s.t, err)
}

func uses(tokens string) func(*batchv1.Job) {
	return func(job *batchv1.Job) { job.Annotations[gate.UsesAnnotation] = tokens }
}

// steps are the Jobs of a run: the second one fails.
const steps = `{apiVersion: batch/v1, kind: Job, metadata: {name: fetch}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "busybox:1.37"}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: sum, annotations: {depctl.dev/depends-on: fetch}}, spec: {backoffLimit: 0, template: {metadata: {annotations: {sandbox.depctl.dev/exit-code: "1"}}, spec: {restartPolicy: Never, containers: [{name: main, image: "busybox:1.37"}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: mail, annotations: {depctl.dev/depends-on: "sum"}}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "busybox:1.37"}]}}}}
`

// everything makes night, and of all other things some: runs, limits, CronJobs.
func (s *space) everything() {
	s.t.Helper()
	s.night()
	_, err := s.client.CoreV1().ConfigMaps(s.name).Create(s.t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "depctl-limits"}, Data: map[string]string{"licence": "1"}}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	s.make("user", "", long, uses("licence"))
	s.make("queued", "", long, uses("licence"))
	s.cronJob("nightly", "0 2 * * *")
	s.cronJob("paused", "0 3 * * *", func(c *batchv1.CronJob) { c.Spec.Suspend = new(true) })
	folder := s.t.TempDir()
	require.NoError(s.t, os.WriteFile(filepath.Join(folder, "steps.yaml"), []byte(steps), 0o600))
	for _, run := range []string{"2026-11-29", "2026-11-30"} {
		s.depctl("run", "-f", folder, "--run", run)
	}
}

var (
	once     sync.Once
	nightly  string
	nightErr = true
)

// night returns a namespace with everything, for tests that only look.
func theNight(t *testing.T) *space {
	t.Helper()
	once.Do(func() {
		s := shared.namespace(t)
		s.everything()
		nightly, nightErr = s.name, false
	})
	require.False(t, nightErr, "the night could not be made")
	return &space{shared, t, nightly}
}
