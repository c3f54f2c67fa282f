// Package check is the command "depctl check": is the installation in order?
//
// A cluster.Inspector gathers the facts, and package checkup judges them; here are the
// flags and the printing.
package check
