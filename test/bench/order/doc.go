// Order measures on a real control plane what it is worth that pods wait for a node in the order
// of depctl-scheduler, beside the order of arrival and the gate's --max-starting:
//
//	make bench-order                     graphs that share their node with as much work of others
//	make bench-order ARGS=--throughput   how many pods a second both schedulers place
//	make bench-order ARGS=--near         how many pods go where depctl.dev/near has them go
//
// All ways of one graph run at the same time, each on a node and in namespaces of its own, so
// that what the machine does meanwhile is the same for all. It writes a table to standard output.
package main
