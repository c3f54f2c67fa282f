package container

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/sandbox"
)

// shell runs a script in a directory, with depctl and kubectl in its path and the
// namespace for both.
func (s *space) shell(dir, script string) string {
	s.t.Helper()
	bin, err := filepath.Abs(filepath.Join("..", "..", "bin"))
	require.NoError(s.t, err)
	config := filepath.Join(s.t.TempDir(), "kubeconfig")
	text, err := os.ReadFile(s.Kubeconfig())
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(config, text, 0o600))
	tools := s.t.TempDir()
	require.NoError(s.t, os.WriteFile(filepath.Join(tools, "kubectl"), []byte("#!/bin/sh\nexec "+bin+"/kube kubectl \"$@\"\n"), 0o755))
	cmd := exec.CommandContext(s.t.Context(), "bash", "-euo", "pipefail", "-c",
		"kubectl config set-context --current --namespace="+s.name+" >/dev/null\n"+script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "KUBECONFIG="+config, "PATH="+tools+":"+bin+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, "%s\n%s", script, out)
	return string(out)
}

// TestTheTutorial runs all commands of docs/tutorial/arrays.md, one block after another.
func TestTheTutorial(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "tutorial")
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "tutorial", "arrays.md"))
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(blocks), 5)
	dir, printed := t.TempDir(), ""
	for _, block := range blocks {
		printed += s.shell(dir, block[1])
	}
	require.Contains(t, printed, "depctl.dev/depends-on: simulate[i]")
	for i := 1; i <= 6; i++ {
		require.Contains(t, printed, fmt.Sprintf("parameter set %d is analysed", i))
	}
	require.Contains(t, printed, "the report is written")
	require.Contains(t, printed, "0,1,3, failed: 2")
}

// Scripts of all dialects, as they are, and what they print.
func TestBatchScriptsReallyRun(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "scripts")
	dir := t.TempDir()
	for _, script := range []struct {
		name, text string
		// want is what the element with an index prints; "" is that of a Job
		// which is no array.
		want map[string]string
	}{
		{"plain", "#!/bin/sh\n#DEPCTL --name plain --memory 32Mi\necho \"hello from $0\"", map[string]string{"": "hello from /depctl/script"}},
		{"numbers", "#!/bin/sh\n#DEPCTL --name numbers --array 10-30:10\necho $DEPCTL_TASK_ID", map[string]string{"0": "10", "1": "20", "2": "30"}},
		{"list", "#!/bin/sh\n#DEPCTL --name list --array 2,3,7\necho $DEPCTL_TASK_ID", map[string]string{"0": "2", "1": "3", "2": "7"}},
		{"slurm", "#!/bin/sh\n#SBATCH -J slurm -c 1 --mem=32M\n#SBATCH --dependency=afterok:plain\necho \"$SLURM_JOB_NAME on $SLURM_CPUS_PER_TASK\"", map[string]string{"": "slurm on 1"}},
		{"slurm-array", "#!/bin/sh\n#SBATCH -J slurm-array\n#SBATCH -a 1-3\necho \"$SLURM_ARRAY_TASK_ID of $SLURM_ARRAY_TASK_MIN-$SLURM_ARRAY_TASK_MAX\"", map[string]string{"0": "1 of 1-3", "2": "3 of 1-3"}},
		{"slurm-corr", "#!/bin/sh\n#SBATCH -J slurm-corr\n#SBATCH -a 1-3 -d aftercorr:slurm-array\necho \"after $SLURM_ARRAY_TASK_ID\"", map[string]string{"0": "after 1", "2": "after 3"}},
		{"sge", "#!/bin/sh\n#$ -N sge -S /bin/sh\n#$ -hold_jid plain\necho \"$JOB_NAME\"", map[string]string{"": "sge"}},
		{"sge-array", "#!/bin/sh\n#$ -N sge-array\n#$ -t 2-6:2\necho \"$SGE_TASK_ID to $SGE_TASK_LAST by $SGE_TASK_STEPSIZE\"", map[string]string{"0": "2 to 6 by 2", "2": "6 to 6 by 2"}},
		{"sge-ad", "#!/bin/sh\n#$ -N sge-ad\n#$ -t 2-6:2 -hold_jid_ad sge-array\necho \"after $SGE_TASK_ID\"", map[string]string{"1": "after 4"}},
		{"pbs", "#!/bin/sh\n#PBS -N pbs\n#PBS -l walltime=00:05:00\n#PBS -W depend=afterok:plain\necho \"$PBS_JOBNAME\"", map[string]string{"": "pbs"}},
		{"pbs-array", "#!/bin/sh\n#PBS -N pbs-array\n#PBS -J 0-2\necho \"$PBS_ARRAY_INDEX\"", map[string]string{"0": "0", "2": "2"}},
		{"lsf", "#!/bin/sh\n#BSUB -J lsf\n#BSUB -w \"done(plain) && ended(slurm)\"\necho \"$LSB_JOBNAME\"", map[string]string{"": "lsf"}},
		{"lsf-array", "#!/bin/sh\n#BSUB -J \"lsf-array[1-3]%2\"\necho \"$LSB_JOBINDEX of $LSB_JOBINDEX_END\"", map[string]string{"0": "1 of 3", "2": "3 of 3"}},
		{"large", "#!/bin/sh\n#DEPCTL --name large\n" + strings.Repeat("# padding that makes this script too large for an annotation\n", 100) + "echo large", map[string]string{"": "large"}},
	} {
		file := filepath.Join(dir, script.name+".sh")
		require.NoError(t, os.WriteFile(file, []byte(script.text+"\n"), 0o644))
		require.Contains(t, s.shell(dir, "depctl submit --image "+sandbox.BusyboxImage+" "+script.name+".sh"), "job.batch/"+script.name+" created")
		t.Run(script.name, func(t *testing.T) {
			t.Parallel()
			s := &space{cluster: s.cluster, t: t, name: s.name}
			s.completes(script.name)
			for index, want := range script.want {
				for _, pod := range s.pods(script.name) {
					if pod.Annotations["batch.kubernetes.io/job-completion-index"] == index {
						require.Equal(t, want, s.log(pod.Name), "element %s", index)
					}
				}
			}
		})
	}
}
