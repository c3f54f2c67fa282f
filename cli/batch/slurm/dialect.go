package slurm

import (
	"strconv"

	"depctl.dev/cli/batch/request"
)

const name = "slurm"

// Cluster is what Slurm's commands call the cluster.
const Cluster = "kubernetes"

// Dialect returns the entry of Slurm for the table of dialects.
func Dialect() *request.Dialect {
	s := &share{}
	return &request.Dialect{
		Name: name, Prefix: "#SBATCH", Spelling: request.GNU, Options: options(s), Finish: s.resolve,
		Parting: ":", PartingLines: []string{"hetjob", "packjob"},
		Indexes: []string{"SLURM_ARRAY_TASK_ID"}, Variables: variables,
		ElementIDs: []string{"SLURM_JOB_ID", "SLURM_JOBID"}, Files: files, PassesAll: true,
	}
}

func variables(r *request.Request) []request.Variable {
	cpus := strconv.FormatInt(r.CPUs(), 10)
	list := []request.Variable{
		numbered(r, "SLURM_JOB_ID"),
		{Name: "SLURM_JOB_NAME", Value: r.TitleOf()},
		{Name: "SLURM_NTASKS", Value: "1"},
		{Name: "SLURM_JOB_NUM_NODES", Value: "1"},
	}
	if r.ID == 0 {
		list[1].Value = r.PlainName()
	}
	if !r.CPU.IsZero() {
		list = append(list, request.Variable{Name: "SLURM_CPUS_PER_TASK", Value: cpus})
	}
	if r.Queue != "" {
		list = append(list, request.Variable{Name: "SLURM_JOB_PARTITION", Value: r.Queue})
	}
	if r.ID != 0 {
		list = append(list, inAllocation(r, cpus)...)
	}
	if r.Array == nil {
		return list
	}
	first, last := r.Array.Ends()
	return append(list,
		numbered(r, "SLURM_ARRAY_JOB_ID"),
		request.Variable{Name: "SLURM_ARRAY_TASK_MIN", Value: strconv.Itoa(first)},
		request.Variable{Name: "SLURM_ARRAY_TASK_MAX", Value: strconv.Itoa(last)},
		request.Variable{Name: "SLURM_ARRAY_TASK_STEP", Value: strconv.Itoa(r.Array.Step())},
		request.Variable{Name: "SLURM_ARRAY_TASK_COUNT", Value: strconv.Itoa(r.Array.Len())})
}

// numbered is a variable with the number of the Job, or its name where it has none.
func numbered(r *request.Request, name string) request.Variable {
	if r.ID == 0 {
		return request.Variable{Name: name, IsJobName: true}
	}
	return request.Variable{Name: name, Value: strconv.FormatInt(r.ID, 10)}
}

// inAllocation are the variables that programs read to find out what they got: one task
// on one node.
func inAllocation(r *request.Request, cpus string) []request.Variable {
	list := []request.Variable{
		numbered(r, "SLURM_JOBID"),
		{Name: "SLURM_CLUSTER_NAME", Value: Cluster},
		{Name: "SLURM_NNODES", Value: "1"},
		{Name: "SLURM_NPROCS", Value: "1"},
		{Name: "SLURM_NODEID", Value: "0"},
		{Name: "SLURM_PROCID", Value: "0"},
		{Name: "SLURM_LOCALID", Value: "0"},
		{Name: "SLURM_TASKS_PER_NODE", Value: "1"},
		{Name: "SLURM_CPUS_ON_NODE", Value: cpus},
		{Name: "SLURM_JOB_CPUS_PER_NODE", Value: cpus},
		{Name: "SLURMD_NODENAME", IsNode: true},
		{Name: "SLURM_JOB_NODELIST", IsNode: true},
		{Name: "SLURM_NODELIST", IsNode: true},
	}
	if r.Host != nil {
		list = append(list,
			request.Variable{Name: "SLURM_SUBMIT_DIR", Value: r.Host.Directory},
			request.Variable{Name: "SLURM_SUBMIT_HOST", Value: r.Host.Name},
			request.Variable{Name: "SLURM_JOB_USER", Value: r.Host.User})
	}
	if r.Account != "" {
		list = append(list, request.Variable{Name: "SLURM_JOB_ACCOUNT", Value: r.Account})
	}
	if memory := r.Memory.Value() >> 20; memory > 0 {
		list = append(list, request.Variable{Name: "SLURM_MEM_PER_NODE", Value: strconv.FormatInt(memory, 10)})
	}
	return list
}
