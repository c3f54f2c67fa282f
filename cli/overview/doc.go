// Package overview says how the Jobs of a namespace, or of a cluster, stand: how many
// are in which state, which has waited longest, which hold up most others, and when
// all that can come by itself may be over.
//
// A blocker is a Job, or an object that does not exist, which is not over, waits for
// nobody, and is waited for. It holds up all that wait for it, directly or through
// others: Of counts those once each. A Job that waits for either of two counts for
// both.
//
// The package is pure.
package overview
