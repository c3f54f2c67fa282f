// Package wait is the command "depctl wait": it ends when an expression is true, or can
// no longer be.
//
// wait.go has the flags and decides what to watch; watching.go watches, by a
// cluster.Watcher, and ends with an exit code. What is known and what it means is
// judged by package waiting.
package wait
