package controller

import (
	"reflect"
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// entry is one Job, with its annotation parsed.
type entry struct {
	job     gate.Job
	expr    *lang.Expr
	invalid error
	// text is the hash of the text where that is not kept: it is invalid, or has no room.
	text uint64
	// unread says that the text is new and long: what was read before stands until a
	// decider has read it, and nothing is decided.
	unread bool
	// questions are what must be allowed for expr.
	questions []gate.Question
	// others are the objects and sets of other kinds that expr names, but for CronJobs.
	others []lang.Ref
	// asksExit reports whether expr depends on exit codes.
	asksExit bool
	// asksResult reports whether the Job asks for the result of any.
	asksResult bool
	// result is what the pods have told of the result so far, which the Job has, too.
	result gate.Result
	// ran is where the pods of the Job ran, nil while nobody has looked. Only what Jobs go
	// near is looked for.
	ran []gate.Place
	// watched is the same of its pods that were seen as they succeeded: they may be gone when
	// somebody looks.
	watched gate.Places
	// weight is what the entry takes of its namespace's budget. excess says why nothing
	// is kept of what the Job says; empty if it is.
	weight weight
	excess string
	// own is what the Job takes beside its text, in bytes, where it has no room.
	own int64
	// seen are the outcomes that stand for the Job. What is not in its
	// annotation yet must be written there.
	seen gate.RecordedOutcomes
	// takesNoneUntil is set where the API server refuses to write outcomes to the Job,
	// and when to try again.
	takesNoneUntil time.Time
	// savedAt is when outcomes were last written to the Job.
	savedAt time.Time
}

// set takes in the state of a Job and returns whose decision it may change. The
// answer to a patch comes before the watch events that lead up to it: a state
// that is older than the one that is known says nothing.
func (s *store) set(e entry) []lang.Ref {
	e, moved, evicted := s.place(e)
	affected := append(moved, s.setAt(e.job.Ref(), e, false)...)
	if evicted != nil {
		affected = append(append(affected, evicted.job.Ref()), s.setAt(evicted.job.Ref(), *evicted, true)...)
	}
	return affected
}

// setAt takes in the state of a Job that has its place. moved says that it was known in another one: what
// it remembers stays.
func (s *store) setAt(ref lang.Ref, e entry, moved bool) []lang.Ref {
	old, known := s.entries[ref]
	same := known && old.job.UID == e.job.UID
	if same && older(e.job.ResourceVersion, old.job.ResourceVersion) {
		return nil
	}
	var affected []lang.Ref
	if !same {
		s.replaced(ref, old, e.job)
	}
	if s.limits != nil && known && !same {
		affected = s.limits.remove(old.job, s.clock.Now())
	}
	if known && (!same || old.job.CronJob != e.job.CronJob) {
		affected = append(affected, s.goneRun(old.job)...)
	}
	e.job = s.carry(old.job, e.job, same)
	if same {
		e.result, e.ran, e.watched = old.result, old.ran, old.watched
	}
	if !moved || !e.job.Waits() || e.excess != "" {
		e.seen = s.remembers(old, e.job, same && old.excess == "")
	}
	if e.unread {
		s.passed.unread(ref, e.text)
	} else {
		e.seen = s.caughtUp(e, s.passed.read(ref, e.text))
	}
	e, shrunk := s.admit(ref, old, e)
	if same {
		e.savedAt = old.savedAt
		if old.job.Seen.Equal(e.job.Seen) {
			e.takesNoneUntil = old.takesNoneUntil
		}
	}
	job := e.job
	taken := s.forgets(ref, job)
	before, named := s.atRisk(ref), s.namedCronJobs(ref)
	affected = append(append(affected, s.put(ref, e)...), taken...)
	s.measure(ref, job, !moved && !(same && old.job.Outcome() != lang.Undecided))
	// A nudge that met a conflict is tried again with the state that was in its way.
	spent := s.spend(job)
	affected = append(affected, s.propagateOutcome(ref, job)...)
	affected = append(affected, s.changedRun(job)...)
	// Their runs are recorded from now on, or no longer.
	affected = append(affected, s.renamed(unlike(named, s.namedCronJobs(ref)))...)
	if s.limits != nil && s.limits.concerns(job) {
		affected = append(affected, s.limits.observe(job, s.holds(job), s.pods.of[job.Owner()])...)
	}
	after := s.atRisk(ref)
	for _, prerequisite := range after {
		affected = append(affected, s.propagateOutcome(prerequisite, s.entries[prerequisite].job)...)
	}
	affected = append(affected, unlike(before, after)...)
	if same {
		affected = append(affected, newlySaved(old.job.Seen, job.Seen)...)
	}
	if job.AtRisk || job.Guarded || e.unread || old.unread || shrunk || spent || newsworthy(old.job, job, known) {
		affected = append(affected, ref)
	}
	return affected
}

// newlySaved returns the Jobs whose outcomes an annotation has now: their finalizers are not needed for it any
// more. An earlier gate may have written them last.
func newlySaved(before, now gate.RecordedOutcomes) (saved []lang.Ref) {
	for ref, gone := range now {
		if known, was := before[ref]; !was || !known.Same(gone) {
			saved = append(saved, ref)
		}
	}
	return saved
}

// replaced forgets what belonged to another Job of a name, if there was one.
func (s *store) replaced(ref lang.Ref, old entry, job gate.Job) {
	s.passed.read(ref, 0)
	s.passed.again(ref, job.Object)
	delete(s.successes, old.job.Owner())
}

// carry returns a Job with what the API server does not say of it. same says that old is
// an earlier state of it.
func (s *store) carry(old, job gate.Job, same bool) gate.Job {
	s.ready(job.Object, old.Object)
	if same {
		job.Object.Exit = old.Object.Exit
		if job.Object.Result == nil {
			job.Object.Result = old.Object.Result
		}
		if job.Object.Array != nil && old.Object.Array != nil {
			job.Object.Array.Elements, job.Object.Array.Told = old.Object.Array.Elements, old.Object.Array.Told
		}
		if !job.Released {
			job.Refused = old.Refused
		}
	}
	if skipped := s.pods.skipped(job.Owner()); len(skipped) > 0 && job.Object.Array != nil {
		job.Object = withFailed(job.Object, skipped)
	}
	if reflect.DeepEqual(old.Object, job.Object) {
		job.Object = old.Object // the graph knows by the pointer that nothing changed
	}
	if job.Outcome() != lang.Undecided {
		s.pods.forget(job.Owner())
		delete(s.successes, job.Owner())
	}
	return job
}

// admit returns an entry as it fits into its namespace's budget, and whether it has no
// room and takes less than before.
func (s *store) admit(ref lang.Ref, old, e entry) (_ entry, shrunk bool) {
	need := weigh(e)
	if e.excess != "" { // its text is as it was
		need = s.budget.needs(ref)
		own := weighOwn(e.job)
		need.bytes += own - old.own
		shrunk = own < old.own
	}
	if e.excess == "" && s.budget.fits(ref.Namespace, old.weight, need, s.kept(ref.Namespace)) {
		e.weight = need
		s.budget.admit(ref)
	} else {
		e = s.without(e, need)
	}
	s.budget.change(ref.Namespace, old.weight, e.weight)
	return e, shrunk
}

// ready notes since when an object is ready. No status says so; a gate that restarts
// counts anew, so a delay can only be longer.
func (s *store) ready(o, old *lang.Object) {
	switch {
	case !o.Ready:
	case old != nil && old.UID == o.UID && old.Ready:
		o.ReadyAt = old.ReadyAt
	default:
		o.ReadyAt = s.clock.Now()
	}
}

// without returns the entry of a Job that has no room for what it needs.
func (s *store) without(e entry, need weight) entry {
	s.budget.leave(e.job.Ref(), need)
	return entry{job: stripped(e.job), own: weighOwn(e.job), text: e.text, unread: e.unread, excess: s.budget.excess(e.job.Namespace)}
}

// kept returns what the graph keeps for a namespace, in bytes.
func (s *store) kept(namespace string) int64 {
	u := s.graph.Usage(namespace)
	return weightOfVirtual*int64(u.Virtual) + weightOfMember*int64(u.Members)
}
