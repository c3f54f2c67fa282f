package peers

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
)

// depctl runs a command of depctl in the namespace, and returns what it says.
func (s *space) depctl(args ...string) (string, error) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "../../bin/depctl", append(args, "-n", s.name)...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+s.Kubeconfig())
	out, err := cmd.CombinedOutput()
	s.t.Logf("depctl %v\n%s", args, out)
	return string(out), err
}

func TestAPersonActsOnJobsInAQueue(t *testing.T) {
	s := newSpace(t).withQueue(1)
	s.make("load", "never", queued, fails)
	s.untilSays("load", gate.ReasonWaiting)
	out, err := s.depctl("explain", "load")
	require.NoError(t, err)
	require.Contains(t, out, "never")
	_, err = s.depctl("hold", "load", "--reason", "on call")
	require.NoError(t, err)
	s.untilSays("load", gate.ReasonHeld)
	_, err = s.depctl("release", "--force", "--yes", "load")
	require.NoError(t, err)
	require.Contains(t, s.untilEnds("load", batchv1.JobFailed).Annotations[gate.ReleasedAnnotation], `"kueue":true`)
	out, err = s.depctl("retry", "load", "--yes")
	require.Error(t, err)
	require.Contains(t, out, "was in a queue of Kueue")

	s.make("report", "never", queued)
	_, err = s.depctl("cancel", "report", "--keep", "--yes")
	require.NoError(t, err)
	s.untilEnds("report", batchv1.JobFailed)
	s.untilFinished("report")
}
