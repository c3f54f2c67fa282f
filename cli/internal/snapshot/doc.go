// Package snapshot has the Jobs that a command has read, and what the gate would
// make of them.
//
// Start with World (world.go): Jobs in a depgraph.Graph, about each of which Decide
// asks gate.Decide. An Inquiry (inquiry.go) is a World that does not change any more,
// with what is expected of it, as packages explanation and overview ask for it; package
// simulate runs a copy of it (simulated.go). What a person may not read stays unread (unreadable.go), and what only the gate
// can find out is what the gate has written on the Jobs (heard.go). State (state.go)
// and WaitsFor (waiting.go) say in words how a Job stands.
//
// It is pure: Jobs come in as values, from files or from a cluster, and so does the
// time.
package snapshot
