package integration

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryProgramSaysWhichBuildItIs(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"depctl", "depctl-gate", "sandbox", "kube", "kwok"} {
		out, err := exec.Command(filepath.Join("..", "..", "bin", program), "version").Output()
		require.NoError(t, err)
		require.Regexp(t, program+` \S+, commit \S+, `+runtime.Version(), string(out))
	}
}
