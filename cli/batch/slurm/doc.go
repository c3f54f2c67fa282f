// Package slurm is the dialect of Slurm: #SBATCH lines, and the options of sbatch.
//
// options.go has all of them, reader.go what the options mean, dependency.go what
// --dependency waits for, begin.go the times of --begin, and dialect.go the
// variables that scripts read.
package slurm
