package integration

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// mine is a finalizer that is not the gate's.
const mine = "example.com/mine"

// uninstall runs depctl uninstall as a user would, without a terminal.
func (c *cluster) uninstall(t *testing.T, kubeconfig string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	program := filepath.Join(cmp.Or(os.Getenv("DEPCTL_BIN"), "../../bin"), "depctl")
	cmd := exec.CommandContext(ctx, program, append([]string{"uninstall", "--kubeconfig", kubeconfig}, args...)...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	_ = cmd.Run()
	require.NotNil(t, cmd.ProcessState, "%s cannot be run: make build", program)
	t.Logf("depctl uninstall %v\n%s%s", args, &out, &errOut)
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// endsWithDeployment makes the gate, a process here, end as its pod would: when
// its Deployment is deleted, which is gone only after that.
func (c *cluster) endsWithDeployment(t *testing.T, g *sandbox.Gate) {
	t.Helper()
	deployments := c.client.AppsV1().Deployments("depctl-system")
	patch := func(patch string) error {
		_, err := deployments.Patch(t.Context(), "depctl-gate", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		return err
	}
	require.NoError(t, patch(`{"metadata":{"finalizers":["`+mine+`"]}}`))
	w, err := deployments.Watch(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	go func() {
		defer w.Stop()
		for e := range w.ResultChan() {
			if m, ok := e.Object.(metav1.Object); ok && m.GetDeletionTimestamp() != nil {
				time.Sleep(time.Second)
				if err := g.Stop(); err != nil {
					t.Error(err)
				}
				// The foregroundDeletion of the garbage collector may be beside it.
				if err := patch(`{"metadata":{"finalizers":null}}`); err != nil {
					t.Error(err)
				}
				return
			}
		}
	}()
}

// guardedJobs returns the names of the Jobs that carry our finalizer.
func (c *cluster) guardedJobs(t *testing.T) []string {
	t.Helper()
	jobs, err := c.client.BatchV1().Jobs(corev1.NamespaceAll).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	var names []string
	for _, job := range jobs.Items {
		if slices.Contains(job.Finalizers, gate.OutcomeFinalizer) {
			names = append(names, job.Name)
		}
	}
	return names
}

// installation returns what kubectl finds of everything that is installed.
func (s *space) installation() string {
	s.t.Helper()
	kinds := "clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,services,secrets,deployments,namespaces"
	admission, err := s.client.Discovery().ServerResourcesForGroupVersion("admissionregistration.k8s.io/v1")
	require.NoError(s.t, err)
	for _, r := range admission.APIResources {
		if !strings.Contains(r.Name, "/") { // an old API server has not all of them
			kinds += "," + r.Name
		}
	}
	return s.kubectl("", "get", "--all-namespaces", "-l", "app.kubernetes.io/part-of=depctl", "-o", "name", kinds)
}

// One story: the gate is uninstalled while it works.
func TestUninstall(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t).byForce()
	g := c.gate(t, sandbox.GateOptions{})
	s.make("load", "extract, other")
	s.make("report", "other", annotate(gate.HoldAnnotation, "until Monday"))
	s.make("extract", "", ttl(1000), template("run-for", "1s"), func(j *batchv1.Job) { j.Finalizers = []string{mine} })
	s.guarded("extract")
	s.make("done", "extract")
	s.completes("extract", "done")
	s.settle()
	require.Equal(t, []string{"extract"}, c.guardedJobs(t))
	before := s.installation()

	t.Run("who may not is told what is missing, and nothing happens", func(t *testing.T) {
		config, err := c.ConfigFor(t.Context(), s.name, "default")
		require.NoError(t, err)
		kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
		require.NoError(t, sandbox.WriteKubeconfig(kubeconfig, config))
		_, stderr, code := c.uninstall(t, kubeconfig, "--yes")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "nothing was changed: you may not delete mutatingwebhookconfigurations.admissionregistration.k8s.io\n")
		require.Contains(t, stderr, "you may not list jobs.batch\n")
	})
	t.Run("dry runs change nothing", func(t *testing.T) {
		for _, mode := range []string{"--dry-run", "--dry-run=server"} {
			stdout, stderr, code := c.uninstall(t, c.Kubeconfig(), mode, "--release")
			require.Zero(t, code, stderr)
			require.Contains(t, stdout, "30 objects to delete, 1 finalizer to remove, 1 Job to release, whatever they wait for, 1 Job to leave suspended")
		}
	})
	_, _, code := c.uninstall(t, c.Kubeconfig())
	require.Equal(t, 2, code, "it does not go on without --yes")
	require.Equal(t, before, s.installation())
	require.Equal(t, []string{"extract"}, c.guardedJobs(t))
	s.held("load")

	c.endsWithDeployment(t, g)
	stdout, stderr, code := c.uninstall(t, c.Kubeconfig(), "--yes")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "job.batch/extract finalizer removed in "+s.name+" namespace\n")
	require.Contains(t, stdout, "30 objects deleted, 1 finalizer removed, 2 Jobs left suspended")
	require.Regexp(t, s.name+`/load +other \(missing\)\n`+s.name+`/report +a person: depctl.dev/hold=until Monday\n`, stdout)
	require.Empty(t, s.installation())
	require.Empty(t, c.guardedJobs(t))
	require.Equal(t, []string{mine}, s.get("extract").Finalizers, "a finalizer of others is gone")
	require.True(t, *s.get("load").Spec.Suspend)
	require.Equal(t, "extract, other", s.get("load").Annotations[gate.DependsOnAnnotation])

	require.NoError(t, wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, patience, true,
		func(ctx context.Context) (bool, error) {
			job := newJob("", "never")
			job.GenerateName = "fresh-"
			made, err := c.client.BatchV1().Jobs(s.name).Create(ctx, job, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
			return err == nil && (made.Spec.Suspend == nil || !*made.Spec.Suspend), err
		}), "new Jobs are still suspended")

	stdout, stderr, code = c.uninstall(t, c.Kubeconfig(), "--yes")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "depctl was not found: nothing to uninstall.\n")
	require.Contains(t, stdout, s.name+"/load ")

	stdout, stderr, code = c.uninstall(t, c.Kubeconfig(), "--yes", "--release")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "job.batch/load released in "+s.name+" namespace\n")
	s.completes("load")
	require.True(t, *s.get("report").Spec.Suspend, "a Job that a person holds was released")
	require.Contains(t, s.get("load").Annotations[gate.ReleasedAnnotation], "depctl uninstall")
	s.patch("extract", `{"metadata":{"finalizers":null}}`)
}

// The policies are in force for some seconds after they are deleted.
func TestUninstallReleasesAtOnce(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t).byForce()
	s.make("load", "extract")
	s.make("report", "load")
	s.kubectl("", "create", "cronjob", "nightly", "--image=busybox:1.37", "--schedule=0 0 1 1 *")
	s.kubectl("", "annotate", "cronjob", "nightly", schedule.OutcomesAnnotation+"={}", "example.com/mine=stays")
	_, err := c.client.CoreV1().Pods(s.name).Create(t.Context(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "kept", Labels: map[string]string{gate.KeepResultLabel: "true"}, Finalizers: []string{gate.ResultFinalizer, mine}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	web := deployment("web", "load", "web:1")
	web.Labels, web.Spec.Paused = map[string]string{gate.HeldLabel: "true"}, true
	s.deploys(web)
	stdout, stderr, code := c.uninstall(t, c.Kubeconfig(), "--yes", "--release", "--keep-namespace")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "29 objects deleted, 1 finalizer removed, 1 record removed, 3 objects released.\n")
	require.Contains(t, stdout, "deployment.apps/web released in "+s.name+" namespace\n")
	s.serves("web", "web:1")
	nightly, err := c.client.BatchV1().CronJobs(s.name).Get(t.Context(), "nightly", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"example.com/mine": "stays"}, nightly.Annotations)
	kept, err := c.client.CoreV1().Pods(s.name).Get(t.Context(), "kept", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, []string{mine}, kept.Finalizers)
	s.kubectl("", "patch", "pod", "kept", "-p", `{"metadata":{"finalizers":null}}`)
	s.completes("load", "report")
	require.Equal(t, "namespace/depctl-system\n", s.installation())
	s.eventually("both ran", func(last map[string]history.Event) bool {
		return !last[s.name+"/load"].Suspended() && !last[s.name+"/report"].Suspended()
	})
}
