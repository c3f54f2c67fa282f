// Package rank is the number by which pods are ordered: written by the gate, read by
// depctl-scheduler, which has nothing else of the gate in it.
package rank
