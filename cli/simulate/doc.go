// Package simulate says when Jobs would run, by playing what the gate would do: it asks
// gate.Decide again whenever something starts or ends. Every Job takes as long as it is
// expected to, and succeeds. Limits are in it, and no queue, no quota and no failure.
//
//	History.Estimate   how long a Job takes (history.go)
//	New                the run of a World (run.go); who gets a slot (slot.go), and when which
//	                   Job starts, and after which (path.go)
//	Run.Expect         when a Job may be over, or why nobody can tell (expectation.go)
//
// depctl plan shows a run, and depctl status and explain show what it expects. It is an
// expectation, not a bound.
//
// The package is pure: no clock, no client.
package simulate
