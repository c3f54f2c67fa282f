package request

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesAreMadeNamesOfKubernetes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"sim": "sim", "My_Job.v2": "my-job-v2", "-x-": "x", "ä": "", "a b": "a-b", strings.Repeat("n", 80): strings.Repeat("n", 63),
	} {
		require.Equal(t, want, plainName(name, MaxName), name)
	}
	for file, want := range map[string]string{"jobs/Sim.sbatch": "sim-", `C:\jobs\a.sh`: "a-", ".sh": "job-", "run": "run-"} {
		require.Equal(t, want, defaultName(file), file)
	}
}
