// Package forecast says when Jobs may be expected to start and to end, by how long
// others took before.
//
// What a Job is expected to take it may say itself (depctl.dev/expected-duration). What
// is known beside that is how long Jobs took that
// are still there: a History has those, by family. A family are the Jobs of a
// namespace whose names differ by digits only (nightly-20261123, shard-7), so the
// runs of a CronJob and the members of a sweep are one. A Job of a family that has
// none that succeeded takes as long as the median of all, and whoever shows the
// result must say so: Expectation counts such guesses.
//
// A Forecast goes from a Job through its expression to what it waits for: an all-of
// comes with its last term, an any-of with its first, and a count when so many of its
// members have ended, each with success, that it is decided. It is an expectation, not a bound: no queue, no quota and no
// failure is in it. Where a Job waits for what does not come by itself (a person, a
// right, a Job that does not exist) there is no expectation, and it says because of
// which.
//
// The package is pure: no clock, no client.
package forecast
