package simulate

import (
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Expectation is when something may be expected to happen.
type Expectation struct {
	// Start and End are zero if nobody can tell.
	Start, End time.Time
	// Because names what keeps it from being known, if anything does, and Why says
	// how.
	Because lang.Ref
	Why     Why
	// Guesses counts the Jobs on the way of which the length is guessed, and Overdue
	// says that one of them runs longer than its like did.
	Guesses int
	Overdue bool
}

// Why says why nothing can be expected of a Job.
type Why uint8

// The reasons.
const (
	// Stuck: it does not come by itself: a person must do something, or nobody can.
	Stuck Why = iota
	// Absent: it does not exist.
	Absent
	// Untimed: nothing tells how long it runs.
	Untimed
	// ByElement: its elements wait each for itself.
	ByElement
	// Foreign: somebody else than the gate starts it.
	Foreign
	// Unlikely: its expression becomes false if every Job succeeds.
	Unlikely
)

// Known reports whether there is an expectation.
func (e Expectation) Known() bool { return !e.End.IsZero() }

// Expect returns when a Job may start and be over.
func (r *Run) Expect(ref lang.Ref) Expectation {
	if e, ok := r.expected[ref]; ok {
		return e
	}
	r.expected[ref] = Expectation{Because: ref} // a cycle ends here
	e := r.expect(ref)
	r.expected[ref] = e
	return e
}

func (r *Run) expect(ref lang.Ref) Expectation {
	job, exists := r.before[ref]
	switch {
	case !exists:
		return Expectation{Because: ref, Why: Absent}
	case job.Outcome() != lang.Undecided:
		return Expectation{Start: job.Started, End: job.Object.Finished}
	case r.world.ByElement(ref) && (job.Waits() || job.Gated):
		return Expectation{Because: ref, Why: ByElement}
	}
	if j := r.Jobs[ref]; j != nil {
		e := Expectation{Start: r.Now.Add(j.Start), Guesses: j.Guesses, Overdue: j.Overdue}
		if !job.Started.IsZero() {
			e.Start = job.Started
		}
		if j.Endless {
			e.Because, e.Why = ref, Untimed
			return e
		}
		e.End = r.Now.Add(j.End)
		return e
	}
	if skipped := r.skipped[ref]; skipped != nil {
		if skipped.End == 0 {
			return Expectation{Start: r.Now, End: r.Now}
		}
		return Expectation{Because: ref, Why: Unlikely}
	}
	if job.ForeignOwner != "" {
		return Expectation{Because: ref, Why: Foreign}
	}
	return r.blame(ref, job)
}

// blame finds what keeps a Job from ever starting: the first of what it waits for that
// does not come, or itself.
func (r *Run) blame(ref lang.Ref, job gate.Job) Expectation {
	self := Expectation{Because: ref}
	d := r.world.Decide(ref)
	if !job.Waits() || d.Reason != gate.ReasonWaiting {
		return self // somebody must do something about it
	}
	for _, reason := range d.Reasons {
		if reason.Value == lang.True || reason.Problem != nil || reason.Ref.Name == "" {
			continue
		}
		if reason.Size > 0 { // the members of a set are not enough, or one of them does not come
			continue
		}
		if e := r.Expect(reason.Ref); !e.Known() {
			return Expectation{Because: e.Because, Why: e.Why}
		}
	}
	for _, prerequisite := range r.world.Prerequisites(ref) {
		if e := r.Expect(prerequisite); !e.Known() && prerequisite != ref {
			return Expectation{Because: e.Because, Why: e.Why}
		}
	}
	return self
}
