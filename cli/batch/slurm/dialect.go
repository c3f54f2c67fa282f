package slurm

import (
	"strconv"

	"depctl.dev/cli/batch/request"
)

const name = "slurm"

// Dialect returns the entry of Slurm for the table of dialects.
func Dialect() *request.Dialect {
	s := &share{}
	return &request.Dialect{
		Name: name, Prefix: "#SBATCH", Spelling: request.GNU, Options: options(s), Finish: s.resolve,
		Parting: ":", PartingLines: []string{"hetjob", "packjob"},
		Indexes: []string{"SLURM_ARRAY_TASK_ID"}, Variables: variables,
	}
}

func variables(r *request.Request) []request.Variable {
	list := []request.Variable{
		{Name: "SLURM_JOB_ID", IsJobName: true},
		{Name: "SLURM_JOB_NAME", Value: r.PlainName()},
		{Name: "SLURM_NTASKS", Value: "1"},
		{Name: "SLURM_JOB_NUM_NODES", Value: "1"},
	}
	if !r.CPU.IsZero() {
		list = append(list, request.Variable{Name: "SLURM_CPUS_PER_TASK", Value: strconv.FormatInt(r.CPUs(), 10)})
	}
	if r.Queue != "" {
		list = append(list, request.Variable{Name: "SLURM_JOB_PARTITION", Value: r.Queue})
	}
	if r.Array == nil {
		return list
	}
	first, last := r.Array.Ends()
	return append(list,
		request.Variable{Name: "SLURM_ARRAY_JOB_ID", IsJobName: true},
		request.Variable{Name: "SLURM_ARRAY_TASK_MIN", Value: strconv.Itoa(first)},
		request.Variable{Name: "SLURM_ARRAY_TASK_MAX", Value: strconv.Itoa(last)},
		request.Variable{Name: "SLURM_ARRAY_TASK_STEP", Value: strconv.Itoa(r.Array.Step())},
		request.Variable{Name: "SLURM_ARRAY_TASK_COUNT", Value: strconv.Itoa(r.Array.Len())})
}
