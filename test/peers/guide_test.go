package peers

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
)

// TestTheGuide runs what docs/guide/kueue.md shows: its manifest is applied, and its commands print what it has.
func TestTheGuide(t *testing.T) {
	text, err := os.ReadFile("../../docs/guide/kueue.md")
	require.NoError(t, err)
	manifest := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(text)
	require.NotNil(t, manifest)
	s := newSpace(t).withClusterQueue("all", 1)
	// Nothing sleeps in a simulated pod: extract runs until it is told.
	s.apply(strings.Replace(string(manifest[1]), "  template:\n", "  template:\n    metadata: {annotations: {sandbox.depctl.dev/until-told: \"true\"}}\n", 1))
	shown := regexp.MustCompile("(?s)```\n\\$ (.*?)\n(.*?)```").FindAllSubmatch(text, -1)
	require.Len(t, shown, 2)
	bin, err := filepath.Abs("../../bin/kube")
	require.NoError(t, err)
	for _, command := range shown {
		var printed string
		s.until(string(command[1])+" prints what the guide has", func() bool {
			cmd := exec.CommandContext(t.Context(), "bash", "-c", `kubectl() { "$KUBE" kubectl -n "$NAMESPACE" "$@"; }; `+string(command[1]))
			cmd.Env = append(os.Environ(), "KUBE="+bin, "NAMESPACE="+s.name, "KUBECONFIG="+s.Kubeconfig())
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			printed = strings.TrimRight(string(out), "\n") + "\n"
			return printed == string(command[2])
		})
	}
	s.tell("extract")
	s.untilEnds("load", batchv1.JobComplete)
}
