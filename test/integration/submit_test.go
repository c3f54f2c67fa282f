package integration

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// submit runs depctl submit in the namespace, as a user would.
func (s *space) submit(args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 3*patience)
	defer cancel()
	program := filepath.Join(cmp.Or(os.Getenv("DEPCTL_BIN"), "../../bin"), "depctl")
	cmd := exec.CommandContext(ctx, program, append([]string{"submit", "--kubeconfig", s.Kubeconfig(), "-n", s.name}, args...)...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	_ = cmd.Run()
	require.NotNil(s.t, cmd.ProcessState, "%s cannot be run: make build", program)
	s.t.Logf("depctl submit %v\n%s%s", args, &out, &errOut)
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// script writes a script of at least so many bytes.
func script(t *testing.T, text string, size int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "run.sh")
	text += strings.Repeat("# a long line of comment\n", size/24+1)
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func TestSubmittedJobsRunOneAfterAnother(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	site := filepath.Join(t.TempDir(), "depctl.yaml")
	require.NoError(t, os.WriteFile(site, []byte(`job: {spec: {template: {metadata: {annotations: {
		sandbox.depctl.dev/run-for: 1s, sandbox.depctl.dev/fail-indexes: "2", sandbox.depctl.dev/exit-code: "7"}},
		spec: {containers: [{name: main, image: alpine}]}}}}`), 0o600))

	first, _, code := s.submit("-o", "name", "--image", "alpine",
		script(t, "#!/bin/sh\n#SBATCH -J first_one\n#SBATCH --array=1-10:3\necho\n", 5000))
	require.Zero(t, code)
	require.Equal(t, "job.batch/first-one\n", first)
	job := s.get("first-one")
	require.Equal(t, "1-10:3", job.Annotations["depctl.dev/array"])
	volume := job.Spec.Template.Spec.Volumes[0].ConfigMap
	require.NotNil(t, volume, "a large script is in a ConfigMap")
	scripts, err := s.client.CoreV1().ConfigMaps(s.name).Get(t.Context(), volume.Name, metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, job.UID, scripts.OwnerReferences[0].UID)

	// Its numbers are read from the cluster.
	_, _, code = s.submit("--image", "alpine", "--dependency=afterok:"+strings.TrimSpace(first)+"_10",
		script(t, "#!/bin/sh\n#SBATCH -J second\n", 0))
	require.Zero(t, code)
	require.Equal(t, "first-one[3]", s.get("second").Annotations[gate.DependsOnAnnotation])

	stdout, stderr, code := s.submit("--template", site, "--wait", "--name", "third-", "--array", "0-3", "--after", "second", "--", "run")
	require.Equal(t, 7, code, "the exit code of the element that failed")
	require.Regexp(t, `^job.batch/third-[a-z0-9]{5} created\n$`, stdout)
	require.Contains(t, stderr, "failed: FailedIndexes")

	_, stderr, code = s.submit("--wait", "--name", "fourth", "--image", "alpine", "--after", "second", "--", "run")
	require.Zero(t, code, stderr)
	require.Regexp(t, `^(fourth [a-z ]+\n)*fourth succeeded\n$`, stderr, "nothing else, as logs of libraries")

	config, err := s.ConfigFor(t.Context(), s.name, "default")
	require.NoError(t, err)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, sandbox.WriteKubeconfig(kubeconfig, config))
	s.kubectl("", "create", "role", "creates", "--verb=create", "--resource=jobs")
	s.kubectl("", "create", "rolebinding", "creates", "--role=creates", "--serviceaccount="+s.name+":default")
	s.until("who may create Jobs and not see them is told so", func() bool {
		_, stderr, code = s.submit("--kubeconfig", kubeconfig, "--wait", "--name", "fifth-", "--image", "alpine", "--", "run")
		require.Equal(t, 1, code)
		return strings.Contains(stderr, "waiting for Job fifth-") && strings.Contains(stderr, "cannot watch resource")
	})

	_, stderr, code = s.submit("--name", "fourth", "--image", "alpine", "--", "run")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "end it in - for a new name each time")
}

func TestAFailedSubmissionLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	_, err := s.client.CoreV1().ResourceQuotas(s.name).Create(t.Context(), &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "no-room"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"count/configmaps": resource.MustParse("0")}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	s.until("the quota is in force", func() bool {
		_, err := s.client.CoreV1().ConfigMaps(s.name).Create(t.Context(),
			&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: "probe-"}}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return apierrors.IsForbidden(err)
	})
	_, stderr, code := s.submit("--name", "sim", "--image", "alpine", script(t, "#!/bin/sh\n", 5000))
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "Job sim was deleted again")
	absent := func() bool {
		_, err := s.client.BatchV1().Jobs(s.name).Get(t.Context(), "sim", metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	}
	s.until("the Job is gone", absent)

	_, stderr, code = s.submit("--dry-run=server", "--name", "sim", "--image", "alpine", "--", "run")
	require.Zero(t, code, stderr)
	require.True(t, absent(), "a dry run creates nothing")
}
