package integration

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// depctl runs a command line in the namespace, without a terminal.
func (s *space) depctl(kubeconfig string, args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin(), "depctl"), append([]string{"--kubeconfig", kubeconfig, "-n", s.name}, args...)...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	_ = cmd.Run()
	require.NotNil(s.t, cmd.ProcessState, "depctl cannot be run: make build")
	s.t.Logf("depctl %v\n%s%s", args, &out, &errOut)
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// does runs a command line that must succeed.
func (s *space) does(args ...string) (stdout, stderr string) {
	s.t.Helper()
	stdout, stderr, code := s.depctl(s.Kubeconfig(), args...)
	require.Zero(s.t, code, stderr)
	return stdout, stderr
}

func TestHoldAndRelease(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract")
	stdout, _ := s.does("hold", "load", "--reason", "until Monday")
	require.Equal(t, "job.batch/load held\n", stdout)
	s.make("extract", "")
	s.completes("extract")
	s.held("load")
	s.does("release", "load", "--dry-run=server")
	s.held("load")
	_, stderr := s.does("release", "load")
	require.Contains(t, stderr, "load: all met, the gate releases it now")
	s.completes("load")
	_, stderr, code := s.depctl(s.Kubeconfig(), "hold", "load")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "has ended")
}

func TestReleaseByForce(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce()
	s.make("load", "never, later", annotate(gate.HoldAnnotation, "until Monday"))
	s.make("row", "self[i-1]", indexed(3), untilTold)
	s.until("the first element runs", func() bool { return len(s.openings("row")) > 0 })

	s.does("release", "--force", "load", "--dry-run=server")
	require.True(t, *s.get("load").Spec.Suspend)
	_, stderr := s.does("release", "--force", "load")
	require.Contains(t, stderr, "load: skipped a hold by a person: depctl.dev/hold=until Monday, "+s.name+"/never does not exist, "+s.name+"/later does not exist\n")
	s.completes("load")
	require.Contains(t, s.get("load").Annotations[gate.ReleasedAnnotation], `"by":"`+sandboxAdmin+` (depctl release --force)"`)

	s.until("all elements have pods", func() bool {
		pods, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=row"})
		return err == nil && len(pods.Items) == 3
	})
	_, stderr = s.does("release", "--force", "row")
	require.Contains(t, stderr, "row: let go 2 elements\n")
	s.tell("row", 0, 1, 2)
	s.completes("row")
}

// sandboxAdmin is the user of the sandbox's kubeconfig.
const sandboxAdmin = "admin"

// A graph is stopped half way and goes on: what had succeeded is not run again.
func TestRetryIsARescue(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	other := shared.namespace(t)
	s.make("prepare", "")
	s.make("extract", "prepare", untilTold)
	s.make("clean", "extract")
	s.make("index", "extract")
	s.make("load", "clean, index")
	s.make("alarm", "failed(extract)")
	s.bind(rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: other.name, Name: "default"},
		rbacv1.PolicyRule{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, ResourceNames: []string{"load"}, Verbs: []string{"get"}})
	other.make("report", s.name+"/load")
	s.runs("extract")
	stdout, _ := s.does("cancel", "--keep", "extract")
	require.Equal(t, "job.batch/extract cancelled\n", stdout)
	s.fails("extract")
	s.fails("load")
	other.fails("report")
	s.completes("alarm")
	before := map[string]string{}
	for _, name := range []string{"prepare", "extract", "clean", "index", "load", "alarm"} {
		before[name] = string(s.get(name).UID)
	}

	_, stderr, code := s.depctl(s.Kubeconfig(), "retry", "extract")
	require.Equal(t, 2, code, "it does not go on without --yes")
	require.Contains(t, stderr, "this would delete and recreate 5 Jobs: extract, clean, index, load, "+other.name+"/report")
	s.does("retry", "extract", "--dry-run=server")
	require.Equal(t, before["load"], string(s.get("load").UID))
	stdout, _ = s.does("retry", "extract", "--yes")
	require.Equal(t, "job.batch/extract retried\njob.batch/clean retried\njob.batch/index retried\njob.batch/load retried\n"+
		"job.batch/report retried in "+other.name+" namespace\n", stdout)
	s.tell("extract")
	s.completes("extract", "clean", "index", "load")
	other.completes("report")
	for name, uid := range before {
		stays := name == "prepare" || name == "alarm"
		require.Equal(t, stays, uid == string(s.get(name).UID), name)
	}
	pods, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=prepare"})
	require.NoError(t, err)
	require.Len(t, pods.Items, 1, "what had succeeded was run again")
}

func TestCancelDownstreamLeavesNothing(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("source", "", template("run-for", "10m"))
	s.make("clean", "source")
	s.make("load", "clean, prepared")
	s.make("tidy", "finished(load)")
	s.make("either", "source or prepared")
	s.runs("source")
	stdout, _ := s.does("cancel", "source", "--downstream", "-y")
	require.Equal(t, "job.batch/tidy cancelled\njob.batch/load cancelled\njob.batch/clean cancelled\njob.batch/source cancelled\n", stdout)
	jobs, err := s.client.BatchV1().Jobs(s.name).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Len(t, jobs.Items, 1)
	require.Equal(t, "either", jobs.Items[0].Name)
	pods, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Empty(t, pods.Items)
}

func TestSetWhatAJobWaitsFor(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "never")
	s.make("extract", "")
	s.completes("extract")
	_, stderr, code := s.depctl(s.Kubeconfig(), "set", "load", "extract,, x")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "expression:1:9: error: ")
	_, stderr = s.does("set", "load", "extract", "--wait-timeout", "2h")
	require.Equal(t, "load:\n- depctl.dev/depends-on: never\n+ depctl.dev/depends-on: extract\n+ depctl.dev/wait-timeout: 2h\n"+
		"  the gate releases it now: "+s.name+"/extract succeeded\n", stderr)
	s.completes("load")
}

// Who may not act is told which right is missing, by the command that gives it.
func TestActingWithoutRights(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "never")
	s.account("bob")
	config, err := s.ConfigFor(t.Context(), s.name, "bob")
	require.NoError(t, err)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, sandbox.WriteKubeconfig(kubeconfig, config))
	code := 1
	for asked := 0; code != 0; asked++ {
		require.Less(t, asked, 3, "the rights that it asks for do not help")
		var stderr string
		_, stderr, code = s.depctl(kubeconfig, "hold", "load")
		if code != 0 {
			_, command, found := strings.Cut(stderr, "to allow it:\n  ")
			require.True(t, found, stderr)
			s.grantFrom("to allow it: " + command)
		}
	}
	require.Contains(t, s.get("load").Annotations, gate.HoldAnnotation)
}

// kubectl finds the plugin and what completes it by their names on the PATH.
func TestKubectlPlugin(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "never")
	s.make("lost", "never", annotate(gate.HoldAnnotation, ""))
	s.make("done", "")
	s.completes("done")
	bin := t.TempDir()
	for _, name := range []string{"kubectl-depctl", "kubectl_complete-depctl"} {
		require.NoError(t, os.Symlink(filepath.Join(s.bin(), "depctl"), filepath.Join(bin, name)))
	}
	kubectl := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), filepath.Join(s.bin(), "kube"), append([]string{"kubectl"}, args...)...)
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "KUBECONFIG="+s.Kubeconfig(), "KUBECACHEDIR="+bin, "KUBERC=off")
		var errOut bytes.Buffer
		cmd.Stderr = &errOut
		out, err := cmd.Output()
		require.NoError(t, err, errOut.String())
		return string(out)
	}
	require.Contains(t, kubectl("depctl", "hold", "--help"), "\n  kubectl depctl hold load --reason")
	require.Equal(t, "load\twaiting, after never\n:4\n", kubectl("__complete", "depctl", "hold", "-n", s.name, "l"))
	require.Equal(t, "lost\theld, after never\n:4\n", kubectl("__complete", "depctl", "release", "-n", s.name, ""))
	require.Contains(t, kubectl("__complete", "depctl", "hold", "-n", "test-"), s.name+"\n")
	require.Equal(t, "job.batch/load held\n", kubectl("depctl", "hold", "load", "-n", s.name))
}
