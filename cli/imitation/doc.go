// Package imitation has what the commands of batch systems share that depctl imitates:
// sbatch, squeue, qsub, bjobs and so on, each a link to depctl, which looks at the name
// that it was called by.
//
//	System, Command   a system and its commands; a room below has each: slurm (and
//	                  gridengine, pbs, lsf)
//	Find              what a name of a program means (find.go)
//	New               "depctl as": a folder of links, and a shell whose PATH begins with
//	                  it (as.go, links.go)
//	Session           a command that was called: its streams, environment, user, time,
//	                  site file and namespace (session.go)
//	Session.Submit    one translation for all: options and a script go to package batch,
//	                  and what comes back has a number (submit.go)
//	Session.Jobs      the Jobs by number, name and user, each with the state of its
//	                  elements (jobs.go, query.go)
//	State, Why        how an element stands, in no system's words (state.go); a room has
//	                  a table of its own words for them
//	Session.Cancel,   what changes Jobs (change.go)
//	Hold, Release
//
// # The contract of a room
//
// A room exports System() *imitation.System. A command gets a Session and its arguments,
// prints on the streams of the session, and returns an exit status: both are those of the
// real command. On success nothing is printed that the real command does not print:
// clients merge stderr into stdout, and count lines. Notes are on the Job, in annotation
// depctl.dev/notes. An error that has no counterpart there begins as that system's errors
// do, and says what, where, why and what to do.
//
// A number is taken once for a submission, as many for an array as its system gives
// numbers to elements (request.Dialect.ElementIDs); it is in label depctl.dev/id. The name
// that was given is in label depctl.dev/name, as Kubernetes takes it, and the user in
// depctl.dev/user. Annotation depctl.dev/submitted (request.Submitted) has what the
// command was told, as it was given. A Job that has a number stays a day when it has
// finished. A Job that was Running is never Waiting or Queued again.
//
// Rooms import this package, package batch, and what is below; not one another, and not
// package cluster, which has the client.
package imitation
