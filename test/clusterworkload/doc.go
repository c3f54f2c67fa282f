// Package clusterworkload runs random graphs of Jobs, and of Deployments that wait, on a real cluster and says how they
// must end, whatever happens meanwhile. A graph follows from its seed; its end is
// found by deciding everything from scratch, in memory (test/simulation).
package clusterworkload
