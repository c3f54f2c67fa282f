package simulate

import (
	"slices"
	"time"

	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// What is in this file finds out what came after what, and so the critical path.

// follow finds out what a Job came after: it was ready at a time, and released at one.
func (r *Run) follow(j *Job, ready, released time.Duration) {
	var last *Job
	for _, ref := range r.world.Prerequisites(j.Ref) {
		before := r.Jobs[ref]
		if before == nil {
			before = r.skipped[ref]
		}
		if before == nil || before.End > ready {
			continue
		}
		if job, _ := r.world.Job(ref); job.Ends() && job.Outcome() == lang.Undecided {
			continue
		}
		j.Wave = max(j.Wave, before.Wave)
		if last == nil || before.End > last.End || before.End == last.End && before.Ref.Compare(last.Ref) < 0 {
			last = before
		}
	}
	j.Wave++
	if last != nil {
		j.After, j.Guesses, j.Overdue = last.Ref, last.Guesses, j.Overdue || last.Overdue
		if r.skipped[last.Ref] != nil {
			j.After = last.After
		}
	}
	if made := r.madeRoom(j.Ref, released); j.Start > ready && len(made) > 0 {
		j.After, j.BySlot = slices.MinFunc(made, lang.Ref.Compare), true
	}
}

// madeRoom returns the Jobs that end now and had what a Job waited for: a slot, or tokens of the
// limits that it uses if it was released only now.
func (r *Run) madeRoom(ref lang.Ref, released time.Duration) []lang.Ref {
	if released < r.now {
		return r.ended
	}
	job, _ := r.world.Job(ref)
	sharing := slices.DeleteFunc(slices.Clone(r.ended), func(ended lang.Ref) bool {
		other, _ := r.world.Job(ended)
		return !slices.ContainsFunc(other.Needs(), func(n limit.Need) bool {
			return slices.ContainsFunc(job.Needs(), func(m limit.Need) bool { return m.Limit == n.Limit })
		})
	})
	if len(sharing) == 0 { // it waited for that fewer are starting
		return r.ended
	}
	return sharing
}

// conclude marks the critical path, and says why the others never run.
func (r *Run) conclude() {
	var last *Job
	for _, j := range r.Jobs {
		if last == nil || j.End > last.End || j.End == last.End && j.Ref.Compare(last.Ref) < 0 {
			last = j
		}
	}
	for last != nil && !last.Critical {
		last.Critical = true
		last = r.Jobs[last.After]
	}
	r.world.Still()
	for ref := range r.before {
		job, _ := r.world.Job(ref)
		if _, known := r.Idle[ref]; !known && r.Jobs[ref] == nil && job.Outcome() == lang.Undecided && (job.Ends() || job.Waits()) {
			r.Idle[ref] = r.world.Decide(ref).Message
		}
	}
}
