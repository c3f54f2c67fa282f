// Package explain is the command "depctl explain": why does a Job wait?
//
// It has the flags and reads by a cluster.Inquirer; package explanation says why, as a
// tree and in words.
package explain
