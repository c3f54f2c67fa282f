// Package stamp makes the Job of a manifest a step of a run: it gives it a name that
// nothing else has (name.go), and writes what the run adds (stamp.go).
package stamp
