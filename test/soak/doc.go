// Command soak runs random graphs of Jobs on a real control plane, one after the
// other, and does to the gate and the cluster meanwhile what happens in real life
// (test/fault). Every graph must end as it does where everything is decided from
// scratch, and what happened to every Job is judged (test/history).
//
// It prints one line for each graph and one for all at the end, and exits with 1
// if anything was wrong. Ctrl-C ends it in good order. In the first half of its
// time the gate is killed as well; in the second it is left alive, so that its
// memory can be looked at.
package main
