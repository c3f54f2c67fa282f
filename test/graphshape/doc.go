// Package graphshape makes graphs of four shapes that are common in the literature, with how long each
// Job takes: for the order in which Jobs start, simulated and real.
package graphshape
