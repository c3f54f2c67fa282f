// Package rehearsal lets time pass in a snapshot: when would what run?
//
// Start with New (rehearsal.go), which asks gate.Decide about the same world again and
// again, at the times at which something ends (event.go). How long a Job takes is known
// from its annotation or from others like it (length.go).
//
// It is pure: the same world gives the same rehearsal.
package rehearsal
