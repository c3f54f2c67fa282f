// Bench measures the gate against an ideal one: a controller of our own that knows
// the whole graph beforehand, has no language and no checks, and patches a Job as
// soon as it sees that its last prerequisite is Complete. Both run the same
// workloads, in turns, on the same control plane, and what counts is the ratio.
//
//	make bench          all workloads, the medians of several rounds
//	make bench-quick    the small ones, once
//
// It writes a table to standard output, and results.json.
package main
