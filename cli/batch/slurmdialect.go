package batch

import "strconv"

const slurmName = "slurm"

// slurmDialect is Slurm's.
func slurmDialect() *Dialect {
	return &Dialect{
		Name: slurmName, Prefix: "#SBATCH", Spelling: GNU, Options: slurmOptions(), Finish: resolveGPUs,
		Parting: ":", PartingLines: []string{"hetjob", "packjob"},
		Indexes: []string{"SLURM_ARRAY_TASK_ID"}, Variables: slurmVariables,
	}
}

func slurmVariables(r *request) []variable {
	list := []variable{
		{name: "SLURM_JOB_ID", isJobName: true},
		{name: "SLURM_JOB_NAME", value: r.plainName()},
		{name: "SLURM_NTASKS", value: "1"},
		{name: "SLURM_JOB_NUM_NODES", value: "1"},
	}
	if !r.cpu.IsZero() {
		list = append(list, variable{name: "SLURM_CPUS_PER_TASK", value: strconv.FormatInt(r.cpus(), 10)})
	}
	if r.queue != "" {
		list = append(list, variable{name: "SLURM_JOB_PARTITION", value: r.queue})
	}
	if r.array == nil {
		return list
	}
	first, last := r.array.ends()
	return append(list,
		variable{name: "SLURM_ARRAY_JOB_ID", isJobName: true},
		variable{name: "SLURM_ARRAY_TASK_MIN", value: strconv.Itoa(first)},
		variable{name: "SLURM_ARRAY_TASK_MAX", value: strconv.Itoa(last)},
		variable{name: "SLURM_ARRAY_TASK_STEP", value: strconv.Itoa(r.array.step())},
		variable{name: "SLURM_ARRAY_TASK_COUNT", value: strconv.Itoa(r.array.Len())})
}
