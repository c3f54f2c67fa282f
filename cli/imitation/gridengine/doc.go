// Package gridengine imitates the commands of Grid Engine: qsub, qstat, qdel, qhold, qrls,
// qalter and qacct, as package imitation has it.
//
// words.go has the states, and row.go what qstat shows of a job. Each command has a file.
package gridengine
