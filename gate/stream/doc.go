// Package stream makes the lists and watches of the gate: they go on from where they were
// whenever they can, as a list does not say how those ended that ended and went meanwhile.
package stream
