// Package explanation says why a Job waits, why it ran, or why it never will.
//
// Of asks a Cluster for the snapshot of a Job, has gate.Decide decide about it, as
// the controller does, and makes of that and of a trace of the expression an
// Explanation: a tree with the value of every check, what was found for it, what
// its objects wait for themselves, and what one could do. Print draws it; its JSON
// is a promise.
//
//	Of(Cluster, ref)
//	  about     the decision -> state, since when, expected when (explanation.go)
//	  part      lang.Trace -> tree; objects below it (part.go, object.go)
//	  elements  of an array: how many run, wait, never run, and the first (element.go)
//	  roots     down the deciding checks to what does not wait itself (root.go)
//	  advice    state of a root -> the command that fixes it (advice.go)
//	OfCronJob(Cluster, ref)
//	  why       there is no Job for the next time, and its last runs (cronjob.go)
//	  next      what its next run would wait for
//	Print       lines for a terminal (drawing.go)
//
// The package is pure: the time, the width and the colours come in as values.
package explanation
