//go:build !unix

package slurm

import "errors"

// duplicate has the number to mean the file of another.
func duplicate(int, int) error { return errors.ErrUnsupported }
