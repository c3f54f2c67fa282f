// Command soak runs random graphs of Jobs on a real control plane, one after the
// other, and does to the gate and the cluster meanwhile what happens in real life
// (test/fault), beside a hostile namespace. Every other graph is restless: its Jobs are
// cleaned away, deleted, edited and recreated, and let go element by element. The
// others must end as they do where everything is decided from scratch. What happened
// to every Job and element is judged (test/history).
//
// Beside them, CronJobs of every minute wait for each other's runs (nights.go): of one, all Jobs are cleaned away
// at once, one fails and is repaired by a later Job of the same time, and one takes so long that Kubernetes
// misses runs of it. Their whole history is judged at the end (night_judge.go).
//
// It prints one line for each graph and one for all at the end, and exits with 1
// if anything was wrong. Ctrl-C ends it in good order. In the first half of its
// time the gate is killed as well; in the second it is left alive, so that its
// memory can be looked at.
package main
