// Package lsf is the dialect of LSF: #BSUB lines, and the options of bsub.
//
// options.go has all of them, reader.go what the options mean, condition.go and
// job.go what -w waits for, begin.go the times of -b, and dialect.go the variables
// that scripts read.
package lsf
