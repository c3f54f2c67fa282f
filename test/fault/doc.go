// Package fault does to a gate and its cluster what happens to them in real life.
//
// A Proxy stands between a gate and the API server, and does to requests and
// answers what its Faults say (answer.go, stream.go). A Field is a cluster, a gate
// behind a proxy and the namespaces of a graph; Kinds has, by name, all that can
// be done to one (kinds.go). Whatever is done, the gate must end where it would
// have ended in a calm run: the tests of this package and the soak look at that.
package fault
