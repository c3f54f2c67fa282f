// Package slurm imitates the commands of Slurm: sbatch, squeue, scancel, scontrol, sacct
// and others, as package imitation has it.
package slurm
