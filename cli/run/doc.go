// Package run is the command "depctl run": the Jobs of a folder, once more and under new
// names, so that they never see those of another run.
//
// It reads objects (folder.go), checks that they make one run (steps.go), and only then
// writes (create.go). --watch follows the run to its end (watch.go).
package run
