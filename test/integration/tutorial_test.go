package integration

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheFirstHour runs all commands of docs/tutorial/first-steps.md, one block
// after another.
func TestTheFirstHour(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "tutorial", "first-steps.md"))
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(blocks), 5)
	dir, printed := t.TempDir(), ""
	for _, block := range blocks {
		printed += s.shell(dir, block[1])
	}
	for _, said := range []string{
		"job1 ", "does not exist", `did you mean "succeeded"?`, "exit code 1", "↷ skipped", "job.batch/load retried (dry run)",
	} {
		require.Contains(t, printed, said)
	}
}

// shell runs a script in the namespace, where kubectl is the sandbox's and depctl
// ours, and returns what it prints.
func (s *space) shell(dir, script string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*patience)
	defer cancel()
	bin, err := filepath.Abs(s.bin())
	require.NoError(s.t, err)
	config := filepath.Join(s.t.TempDir(), "kubeconfig")
	kubeconfig, err := os.ReadFile(s.Kubeconfig())
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(config, kubeconfig, 0o600))
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c",
		`kubectl() { "`+bin+`/kube" kubectl "$@"; }
kubectl config set-context --current --namespace=`+s.name+" >/dev/null\n"+script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "KUBECONFIG="+config, "PATH="+bin+":"+os.Getenv("PATH"), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, "%s\n%s", script, out)
	return string(out)
}
