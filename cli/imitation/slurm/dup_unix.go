//go:build unix

package slurm

import "golang.org/x/sys/unix"

// duplicate has the number to mean the file of another.
func duplicate(from, to int) error { return unix.Dup2(from, to) }
