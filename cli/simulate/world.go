package simulate

import (
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// World is the Jobs of a run, which changes them: it is a copy of its own.
type World interface {
	// Jobs returns the Jobs that take part, sorted, and Job one of them and whether it
	// exists.
	Jobs() []lang.Ref
	Job(lang.Ref) (gate.Job, bool)
	// Set takes in a Job as it is from now on, and returns those whom that may open.
	Set(gate.Job) []lang.Ref
	// SetTime makes it later, and Settle finds deadlocks. Still is called when nothing changes any
	// more: Decide may keep its answers.
	SetTime(time.Time)
	Settle()
	Still()
	// Decide returns what the gate would do about a Job.
	Decide(lang.Ref) gate.Decision
	// Give gives tokens of limits to those who may have them by now, of all about whom was
	// decided that they wait for some, and returns these: they may start.
	Give() []lang.Ref
	// Prerequisites returns what a Job waits for, by name and in sets.
	Prerequisites(lang.Ref) []lang.Ref
	// ByElement reports whether elements of the Job wait one by one.
	ByElement(lang.Ref) bool
	// Empty reports whether a Job has nothing to do, so that it is complete at once, and
	// Paused whether it has no pods until a person gives it some.
	Empty(lang.Ref) bool
	Paused(lang.Ref) bool
	// KeepRanks makes Rank usable, as those of depgraph.
	KeepRanks(length func(lang.Ref) time.Duration)
	Rank(lang.Ref) time.Duration
}

// Options say how a run goes.
type Options struct {
	// Now is when it begins.
	Now time.Time
	// Slots is how many Jobs run at once at most, 0 for any number.
	Slots int
	// MaxStarting is how many pods may wait for a slot before the gate releases no more, as by
	// its flag --max-starting; 0 for any number.
	MaxStarting int64
	// Length returns how long a Job takes, and false if nobody can tell: then it never
	// ends.
	Length func(lang.Ref) (Estimate, bool)
	// Rank is how long a Job is believed to take. If it is not nil, of those that are ready
	// the one starts first whose longest way to the end is the longest by that; otherwise
	// the one that was ready first.
	Rank func(lang.Ref) time.Duration
	// PodRanks has that order only Jobs that the gate releases, as by depctl-scheduler: the pods
	// of others have no rank, and come last.
	PodRanks bool
}
