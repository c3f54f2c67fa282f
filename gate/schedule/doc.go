// Package schedule tells which runs a CronJob has, and which of them
// cronjob:[ns/]name[@±N] means for one Job.
//
//	batch/v1 CronJob --Observe--> CronJob --Gather(children)--> Runs --Resolve(Subject)--> Resolution
//
// times.go reads a schedule as Kubernetes' CronJob controller does. record.go is the
// annotation depctl.dev/outcomes, which has what children that are gone would have said,
// and under which schedule the CronJob was when. children.go keeps its Jobs in order. Runs puts both and the children together to the
// list of scheduled times; resolve.go takes those of the Job's period and says of each
// what an expression may learn. why.go says why there is no Job for a time.
//
// Which times there are:
//
//	before the CronJob's creation       those of Jobs and records only (a backfill)
//	before the record's first schedule  those of Jobs and records only
//	within a recorded schedule          its times, and those of Jobs and records
//	after lastScheduleTime              the times of the schedule as it is
//	last before an edit, if after it    the new schedule's, for Kubernetes makes up for it
//
// What an edit makes Kubernetes make up for is a run of those who wait since then, even if they had
// another one before. Nothing else changes what is decided, but a later attempt. If the
// gate was away while the schedule was edited, the times since are not known: problem run-lost.
//
// What a time is, the first that holds:
//
//	a Job of that time      what the newest Job is; a record of a newer one wins
//	recorded                the recorded outcome
//	no longer recorded      problem run-forgotten
//	after lastScheduleTime  not yet; problem cronjob-suspended if it is suspended
//	nobody has asked        not decided: a live GET of NAME-<unix minutes> has to tell
//	the GET found a Job     not decided: its watch will tell
//	it is lastScheduleTime  the GET found none: problem run-lost
//	seen through            the GET found none: skipped, reason RunMissed
//	otherwise               the GET found none: problem run-lost
//
// "Seen through" needs no clock: From is lastScheduleTime when the watch of Jobs began, and Until
// is the lastScheduleTime with which that watch has caught up. Every Job of a time
// between them was seen, or there was none. Where one went and left no record, as nobody named the CronJob or it had not
// ended, From is its time.
//
// The package is pure: Kubernetes API types, no client, no clock, no log. All times that
// it returns are in UTC and whole seconds.
package schedule
