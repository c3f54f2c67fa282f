// Replay measures the gate with more Jobs than a Job controller can run: there is
// none. Against a real API server with nothing but etcd behind it, Jobs are written
// straight into etcd, and so is that their prerequisites complete, at a steady rate.
//
//	go run ./test/bench/replay --bin bin --jobs 100000 --needs 10 --rate 500
//
// It tells how long the gate takes from its start until it has listed and decided
// all, how much memory it has, and how long after a completion a Job is released.
//
// With --gates 2, all complete at once, in two namespaces with a gate each, and it tells how
// many releases a second there are.
package main
