// Package logs is the command "depctl logs": what the pods of a whole graph of Jobs
// print.
//
// logs.go has the flags. Which Jobs are meant is a selection (selection.go), and which
// containers of their pods is in pod.go. Without -f, whole.go reads one log after the
// other; with it, follow.go watches Jobs and pods, and stream.go reads each log until its
// container has ended. Both read by a tail (tail.go), which knows how far it has come and
// so goes on after a stream that broke off, and write by one printer (printer.go), which
// never mixes two lines and lets no sign through that drives a terminal (clean.go).
// verdict.go says how a graph that was followed has ended.
//
// The reading of streams is client-go's; what stern and kubectl make of it is not used.
// They hold each line in memory, end at a stream that ends, and know no Job.
package logs
