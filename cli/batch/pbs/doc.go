// Package pbs is the dialect of PBS and TORQUE: #PBS lines, and the options of qsub.
//
// options.go has all of them, reader.go what the options mean, depend.go what
// -W depend= waits for, and dialect.go the variables that scripts read.
package pbs
