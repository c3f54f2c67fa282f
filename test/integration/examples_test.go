package integration

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every example is applied as its first lines say, and runs to its end.
func TestTheExamplesRun(t *testing.T) {
	t.Parallel()
	examples := filepath.Join("..", "..", "deploy", "examples")
	lint, err := exec.Command(filepath.Join("..", "..", "bin", "depctl"), "lint", examples).CombinedOutput()
	require.NoError(t, err, string(lint))

	in := func(namespace string) *space { return &space{cluster: shared, t: t, name: namespace} }
	in("default").kubectl("", "apply", "-f", filepath.Join(examples, "two-steps.yaml"))
	_, err = shared.Kubectl(t.Context(), nil, "apply", "-k", filepath.Join(examples, "nightly"))
	require.NoError(t, err)
	in("default").completes("job1", "job2")
	in("etl").completes("extract", "clean", "enrich", "index", "load")
	in("reporting").completes("report")
}
