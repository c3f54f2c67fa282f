// Package cluster is the only one below cli that talks to a cluster.
//
// Start with Factory (factory.go), which makes everything here from the options of
// the connection:
//
//	Reader      Jobs, and what they wait for elsewhere -> a snapshot (reader.go)
//	LiveWorld   the same, kept up to date by a Watcher (liveworld.go)
//	Watcher     Jobs as they change, whatever becomes of the API server: all that is
//	            watched is watched by it (watcher.go)
//	LogReader   Jobs, their pods and what these print (logreader.go, watchpods.go)
//	Inquirer    a few Jobs and all that the gate knows of them (inquirer.go)
//	Causes      pods, events and logs -> why Jobs do not run, or have failed (causes.go, causefacts.go)
//	Inspector   what is installed and runs -> checkup.Facts (inspector.go)
//	Submitter   creates what was submitted, and watches it (submitter.go)
//	JobClient   reads and changes single Jobs for a person (jobclient.go, jobpods.go)
//	Writer      deletes what is installed, and patches Jobs (writer.go, installation.go)
//	Complete*   names for the completions of a shell (complete.go)
//
// A request that is refused becomes an error that names the right that is missing,
// and the command that grants it (right.go). Nothing here decides whether a Job may
// run; that is package gate, which the controller asks too.
package cluster
