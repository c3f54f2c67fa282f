package batch

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/batch/request"
)

// submitted makes a Job of a script, or of a command if the text is empty, with an
// image.
func submitted(t *testing.T, site *Site, ignore bool, text string, options ...Option) (*Submission, error) {
	t.Helper()
	in := Input{
		Site: site, Context: request.Context{IgnoreUnsupported: ignore, Now: time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)},
		Options: append([]Option{{Dialect: Depctl, Name: "image", Value: "busybox"}}, options...),
	}
	if text != "" {
		in.Script = &request.Script{Name: "input.sh", Text: text}
	}
	return Compile(in)
}

func TestWrapIsAScript(t *testing.T) {
	t.Parallel()
	made, err := submitted(t, nil, false, "", Option{Dialect: "slurm", Line: `--array=0-9 --wrap="Rscript my.R chunk_$SLURM_ARRAY_TASK_ID.txt"`})
	require.NoError(t, err)
	require.Equal(t, "wrap-", made.Job.GenerateName)
	require.EqualValues(t, 10, *made.Job.Spec.Completions)
	require.Equal(t, "#!/bin/sh\nRscript my.R chunk_$SLURM_ARRAY_TASK_ID.txt\n", made.Job.Spec.Template.Annotations[scriptAnnotation])
	require.Equal(t, []string{"/bin/sh", "/depctl/script"}, made.Job.Spec.Template.Spec.Containers[0].Command)

	made, err = submitted(t, nil, false, "", Option{Dialect: "slurm", Name: "wrap", Value: "echo $SLURM_JOB_ID"})
	require.NoError(t, err)
	require.Equal(t, "SLURM_JOB_ID", made.Job.Spec.Template.Spec.Containers[0].Env[0].Name, "its variables are Slurm's")

	_, err = submitted(t, nil, false, "#!/bin/sh\nrun\n", Option{Dialect: "slurm", Name: "wrap", Value: "echo"})
	require.ErrorContains(t, err, "--wrap and a script do not go together")
	_, err = Compile(Input{Context: request.Context{Command: []string{"run"}}, Options: []Option{{Dialect: "slurm", Name: "wrap", Value: "echo"}}})
	require.ErrorContains(t, err, "--wrap and a command behind -- do not go together")
}

func TestScriptsOfSitesAreReadAsTheirSystemsDo(t *testing.T) {
	t.Parallel()
	gadi, err := ParseSite("depctl.yaml", []byte("ignore: {resources: [wd, storage]}\n"))
	require.NoError(t, err)
	for _, c := range []struct {
		name        string
		site        *Site
		ignore      bool
		script      string
		cpu, memory string
		gpus, secs  string
		notes       string
	}{
		{
			name: "one task has its GPU, and --tasks is cut short",
			script: "#SBATCH --tasks=1\n#SBATCH --nodes=1\n#SBATCH --mem=20GB\n#SBATCH --gpus-per-task=1\n" +
				"#SBATCH --ntasks-per-node=1\n#SBATCH --cpus-per-task=1\n#SBATCH --time=7-00:00:00\n#SBATCH --array=0-65\n",
			cpu: "1", memory: "20Gi", gpus: "1",
		},
		{
			name:   "what a Job cannot do can be left out, however it is called",
			ignore: true,
			script: "#SBATCH -A m0001_g\n#SBATCH --time=10:00:00\n#SBATCH -C gpu\n#SBATCH -N 1\n#SBATCH -L SCRATCH       # job requires SCRATCH files\n" +
				"#SBATCH -q preempt\n#SBATCH --gpus-per-node=4\n#SBATCH --ntasks-per-gpu=1\n#SBATCH --cpus-per-task=32\n" +
				"#SBATCH --signal=USR1@60\n#SBATCH --requeue\n",
			cpu: "32", memory: "0", gpus: "4", secs: "36000", notes: "--ntasks-per-gpu=1: left out: these are 4 tasks",
		},
		{
			name: "a site ignores resources of its own", site: gadi,
			script: "#PBS -P p01\n#PBS -q copyq\n#PBS -l walltime=01:00:00\n#PBS -lmem=48GB\n#PBS -lncpus=1\n#PBS -l wd\n" +
				"#PBS -l storage=scratch/p01+gdata/p01\n#PBS -r y\n",
			cpu: "1", memory: "48Gi", gpus: "0", secs: "3600", notes: "depctl.yaml ignores storage",
		},
		{
			name:   "of a range of slots the smallest number is taken",
			script: "#$ -q all.q\n#$ -cwd -b y -j y\n#$ -N sns.wes.sample-1\n#$ -hard -l mem_free=64G -pe threaded 8-16\n",
			cpu:    "8", memory: "512Gi", gpus: "0", notes: "8-16 is a range: of that, 8 is taken",
		},
		{
			name: "as many slots as one host has are of one host", ignore: true,
			script: "#BSUB -J h-1.1\n#BSUB -W 00:30\n#BSUB -R \"rusage[mem=400]\"\n#BSUB -R \"select[scratch2]\"\n#BSUB -R \"span[ptile=4]\"\n" +
				"#BSUB -n 4\n#BSUB -oo ../out/job-1.1_%J.out           # File\n#BSUB -wt '5'\n#BSUB -wa 'USR1'\n",
			cpu: "4", memory: "400Mi", gpus: "0", secs: "1800", notes: "-wa USR1: left out: no signal is sent before the time is over",
		},
	} {
		made, err := submitted(t, c.site, c.ignore, "#!/bin/bash\n"+c.script+"run\n")
		require.NoError(t, err, c.name)
		needs := made.Job.Spec.Template.Spec.Containers[0].Resources.Requests
		gpus := needs[corev1.ResourceName(defaultGPU)]
		require.Equal(t, []string{c.cpu, c.memory, c.gpus}, []string{needs.Cpu().String(), needs.Memory().String(), gpus.String()}, c.name)
		if c.secs != "" {
			seconds, err := time.ParseDuration(c.secs + "s")
			require.NoError(t, err)
			require.EqualValues(t, seconds.Seconds(), *made.Job.Spec.ActiveDeadlineSeconds, c.name)
		}
		require.Contains(t, strings.Join(made.Notes, "\n"), c.notes, c.name)
	}
}

func TestNoLimitOfTimeIsNone(t *testing.T) {
	t.Parallel()
	for _, c := range []Option{
		{Dialect: "slurm", Line: "--time=UNLIMITED"},
		{Dialect: "slurm", Line: "-t infinite"},
		{Dialect: "slurm", Line: "--time=0"},
		{Dialect: "slurm", Line: "-t -1"},
		{Dialect: "gridengine", Line: "-l h_rt=INFINITY"},
		{Dialect: "pbs", Line: "-l walltime=unlimited"},
		{Dialect: "lsf", Line: "-W unlimited"},
	} {
		made, err := submitted(t, nil, false, "#!/bin/sh\n#DEPCTL --time 1h\nrun\n", c)
		require.NoError(t, err, c.Line)
		require.Nil(t, made.Job.Spec.ActiveDeadlineSeconds, "%s wins over the script", c.Line)
	}
}

func TestOfTwoDependenciesTheLastCounts(t *testing.T) {
	t.Parallel()
	const replaced = "-d afterok:two: it replaces -d afterok:one: of several, the last one counts"
	made, err := submitted(t, nil, false, "", Option{Dialect: Depctl, Name: "name", Value: "x"}, Option{Dialect: "slurm", Line: "-d afterok:one -d afterok:two"})
	require.NoError(t, err)
	require.Equal(t, "two", made.Job.Annotations["depctl.dev/depends-on"])
	require.Contains(t, made.Notes, replaced)
	made, err = submitted(t, nil, false, "#!/bin/sh\n#SBATCH -d afterok:one\nrun\n", Option{Dialect: "slurm", Line: "-d afterok:two"})
	require.NoError(t, err)
	require.NotContains(t, strings.Join(made.Notes, "\n"), "replaces", "the command line wins without a word")
}
