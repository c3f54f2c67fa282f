// Package limit says which Jobs may take tokens, and in which order.
//
// A limit is a number of tokens, a key of the ConfigMap depctl-limits in a namespace. A Job
// says what it uses (uses.go); a Pool knows what there is, who holds tokens and who waits for
// some (pool.go), and gives them in one order (line.go).
//
// There is one order for all limits together. With an order for each limit, two Jobs that
// want two limits can each be the first for one of them, and wait for each other.
//
// The package is pure. A Pool has no lock and no clock.
package limit
