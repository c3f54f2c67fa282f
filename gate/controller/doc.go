// Package controller watches the Jobs of a cluster and carries out what
// gate.Decide says about each. It is the only package of the gate that writes to
// Jobs.
//
// The way through it has one direction:
//
//	watch event -> store (Job -> node of the graph) -> who is affected -> queue
//	  -> store.decide (Snapshot -> gate.Decide) -> release (one patch) -> event
//
// What makes it safe:
//
//   - One reflector watches the Jobs of all namespaces and writes to the store
//     itself, without a queue of deltas between. So the store is at every
//     moment the cluster as it once was, never a mixture: a Job made after the
//     deletion of its prerequisite is never seen beside that prerequisite, also
//     not after a lost watch, when Replace swaps everything under one lock.
//   - The patch tests what the decision was made on. Late, doubled or
//     reordered work ends in a refusal by the API server, never in a second
//     release.
//   - Other kinds than Jobs have a watch each (kind.go), and nothing is decided on
//     them before all are listed. Two kinds may be seen at different moments.
//   - A long text is read by a decider, in the turn of its namespace (text.go).
//     Until then the Job is held, and who goes meanwhile is remembered (passed.go).
//   - A watch that is not answered is given up and tried again (gate/transport).
//   - Nothing is kept that the cluster does not hold. A gate that is killed
//     lists again and decides again.
package controller
