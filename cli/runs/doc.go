// Package runs has the commands about many runs: "depctl runs" lists them, and "depctl
// prune" deletes old ones.
//
// summary.go sums up what was read; table.go and matrix.go print it.
package runs
