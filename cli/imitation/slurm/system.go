package slurm

import "depctl.dev/cli/imitation"

// System returns Slurm.
func System() *imitation.System {
	return &imitation.System{
		Name: "slurm", Title: "Slurm", Dialect: "slurm",
		Commands: []imitation.Command{
			{Name: "sbatch", Run: sbatch},
			{Name: "squeue", Run: squeue},
			{Name: "scancel", Run: scancel},
			{Name: "scontrol", Run: scontrol},
			{Name: "sacct", Run: sacct},
			{Name: "sinfo", Run: sinfo},
			{Name: "sacctmgr", Run: sacctmgr},
			{Name: "sshare", Run: sshare},
			{Name: "srun", Run: srun},
		},
	}
}
