package controller

import (
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/lang"
)

// What is in this file keeps the outcomes of prerequisites that go, for those
// that wait for them at that moment. All of it is called with the store's lock.

// remembers returns the outcomes that stand for a Job: those that the store
// knows, and after a restart those of the annotation. Where the name has been
// taken again, nothing stands.
func (s *store) remembers(old entry, job gate.Job, known bool) gate.RecordedOutcomes {
	if !job.Waits() {
		return nil
	}
	if known && old.job.UID == job.UID {
		return old.seen
	}
	seen := maps.Clone(job.Seen)
	maps.DeleteFunc(seen, func(ref lang.Ref, gone gate.RecordedOutcome) bool {
		o := s.graph.Object(ref)
		return o != nil && o.UID != gone.Object.UID && !gone.Stands(ref, o)
	})
	return seen
}

// memorize notes what a Job remembers, before its entry is replaced.
func (s *store) memorize(ref lang.Ref, seen gate.RecordedOutcomes) {
	for gone := range s.entries[ref].seen {
		if delete(s.memory[gone], ref); len(s.memory[gone]) == 0 {
			delete(s.memory, gone)
		}
	}
	for gone := range seen {
		if s.memory[gone] == nil {
			s.memory[gone] = map[lang.Ref]bool{}
		}
		s.memory[gone][ref] = true
	}
}

// forgets takes the outcome of an earlier Job of this name from all who
// remember it, and returns them. Edges do not lead to them: a set that had the
// earlier Job need not have this one, and a text may have been edited.
func (s *store) forgets(ref lang.Ref, job gate.Job) []lang.Ref {
	if old, known := s.entries[ref]; known && old.job.UID == job.UID {
		return nil
	}
	var affected []lang.Ref
	for _, other := range slices.Collect(maps.Keys(s.memory[ref])) {
		if e := s.entries[other]; e.seen[ref].Object.UID != string(job.UID) && !e.seen[ref].Stands(ref, job.Object) {
			affected = append(append(affected, other), s.see(other, e, e.seen.Without(ref), -weighOutcome(e.seen[ref]))...)
		}
	}
	return affected
}

// propagateOutcome gives the outcome of a Job that has finished and waits for nothing but
// our finalizer to all who wait for it, and that of one which keeps its result to those who
// ask for that: its pods may go then.
func (s *store) propagateOutcome(ref lang.Ref, job gate.Job) []lang.Ref {
	switch {
	case job.Outcome() == lang.Undecided:
		return nil
	case job.Guarded && job.BeingDeleted:
		return s.hand(ref, job)
	case job.KeepsResult && job.Outcome() == lang.Succeeded && job.Object.Result != nil:
		return s.handTo(ref, job, func(dependent lang.Ref, e entry) bool { return s.asksResult(dependent, e, ref) })
	}
	return nil
}

// hand gives the outcome of a Job to all who wait for it and may, and returns
// them.
func (s *store) hand(ref lang.Ref, job gate.Job) []lang.Ref {
	return s.handTo(ref, job, func(lang.Ref, entry) bool { return true })
}

func (s *store) handTo(ref lang.Ref, job gate.Job, is func(lang.Ref, entry) bool) []lang.Ref {
	var affected []lang.Ref
	var recorded [4]gate.RecordedOutcome
	ran := s.entries[ref].places()
	for _, dependent := range s.waiters(ref) {
		e := s.entries[dependent]
		if !is(dependent, e) {
			continue
		}
		asks := s.asksResult(dependent, e, ref)
		known, seen := e.seen[ref]
		if seen && known.Stands(ref, job.Object) {
			continue // the one that is known was the later one of the step
		}
		places := ran
		if len(ran) > 0 && !(e.job.GoesNear() && s.mayLearn(dependent, e, ref) == gate.Allowed) {
			places = nil
		}
		if seen && known.Object.UID == string(job.UID) && (!asks || known.Object.Result != nil || job.Object.Result == nil) &&
			(len(places) == 0 || len(known.Ran) > 0) {
			continue
		}
		at := min(len(places), 1)
		if asks {
			at += 2
		}
		gone := &recorded[at]
		if gone.Object == nil {
			*gone = gate.RecordOutcome(ref, gate.WithResult(job.Object, asks), job.Labels, places)
		}
		more := weighOutcome(*gone)
		if seen {
			more -= weighOutcome(known)
		}
		affected = append(append(affected, dependent), s.see(dependent, e, e.seen.With(ref, *gone), more)...)
	}
	return affected
}

// see makes these the outcomes that a Job remembers, which take more bytes than before.
// One that has no room for them is held, as one that names too much.
func (s *store) see(ref lang.Ref, e entry, seen gate.RecordedOutcomes, more int64) []lang.Ref {
	var affected []lang.Ref
	old, need := e.weight, weight{e.weight.bytes + more, e.weight.sets}
	if s.budget.fits(ref.Namespace, old, need, s.kept(ref.Namespace)) {
		e.seen, e.weight = seen, need
	} else {
		affected = s.atRisk(ref) // they are held for it no more
		e = s.without(e, need)
	}
	s.budget.change(ref.Namespace, old, e.weight)
	return append(affected, s.put(ref, e)...)
}

// waiters returns the Jobs that wait for one and may look at it, or of which that
// is not known yet, as after a restart: they must not lose what may be theirs.
func (s *store) waiters(ref lang.Ref) []lang.Ref {
	return slices.DeleteFunc(s.graph.Dependents(ref), func(dependent lang.Ref) bool {
		e, ok := s.entries[dependent]
		return !ok || !e.job.Waits() || dependent == ref || s.mayLook(dependent, e, ref) == gate.Denied
	})
}

// mayConcern returns the Jobs whose finalizer may hang on what a Job may see.
func (s *store) mayConcern(ref lang.Ref) []lang.Ref {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.atRisk(ref)
}

// atRisk returns the prerequisites of a Job whose finalizer depends on whether
// it waits.
func (s *store) atRisk(ref lang.Ref) []lang.Ref {
	return slices.DeleteFunc(slices.Clone(s.graph.Prerequisites(ref)), func(prerequisite lang.Ref) bool {
		e, ok := s.entries[prerequisite]
		return !ok || !e.job.AtRisk && !e.job.Guarded
	})
}

// unlike returns what is in one of two lists only.
func unlike(a, b []lang.Ref) []lang.Ref {
	if slices.Equal(a, b) {
		return nil
	}
	return append(slices.Clone(a), b...)
}

// owes reports whether the outcome of a Job that goes is still to be written to
// one that waits for it. Where it does not fit, it stays with the gate alone.
func (s *store) owes(at lang.Ref, waiter entry, ref lang.Ref, job gate.Job) bool {
	handed, was := waiter.seen[ref]
	if gone, saved := waiter.job.Seen[ref]; saved && gone.Object.UID == string(job.UID) && (handed.Object == nil || handed.Object.Result == nil || handed.Same(gone)) {
		return s.resultUnread(at, waiter, ref, job)
	}
	if was && handed.Stands(ref, job.Object) {
		return false // a later one of the step is known
	}
	if !was || s.resultUnread(at, waiter, ref, job) {
		return true
	}
	if !waiter.takesNoneUntil.IsZero() {
		return false
	}
	_, fits := waiter.seen.Fit(waiter.job.Room, waiter.job.Seen)[ref]
	return fits
}

// resultUnread reports whether a Job that waits asks for a result that is still to be read.
func (s *store) resultUnread(at lang.Ref, waiter entry, ref lang.Ref, job gate.Job) bool {
	return job.Outcome() == lang.Succeeded && job.Object.Result == nil && s.asksResult(at, waiter, ref) && s.mayLearn(at, waiter, ref) == gate.Allowed
}

// restBetweenSaves is how long what is written to a Job waits after what was: a set of
// very many Jobs that go would be as many writes, each longer than the last.
const restBetweenSaves = time.Second

// unsaved returns the outcomes of a Job that are not in its annotation and fit,
// and whether there are any; or after how long to look again.
func (s *store) unsaved(ref lang.Ref) (job gate.Job, seen gate.RecordedOutcomes, wait time.Duration, news bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[ref]
	if !ok || !e.job.Waits() || e.invalid != nil || e.excess != "" || e.unread || len(e.seen) == 0 && len(e.job.Seen) == 0 ||
		s.clock.Now().Before(e.takesNoneUntil) {
		return gate.Job{}, nil, 0, false
	}
	// What the Job may not know, or not yet, stays with the gate.
	seen = maps.Clone(e.seen)
	maps.DeleteFunc(seen, func(gone lang.Ref, _ gate.RecordedOutcome) bool {
		known, saved := e.job.Seen[gone]
		return (!saved || !known.Same(e.seen[gone])) && (s.mayLook(ref, e, gone) != gate.Allowed ||
			e.seen[gone].Object.Result != nil && s.mayLearn(ref, e, gone) == gate.Unasked)
	})
	seen = seen.Fit(e.job.Room, e.job.Seen)
	if seen.Equal(e.job.Seen) {
		return gate.Job{}, nil, 0, false
	}
	if wait = s.saveRest - s.clock.Now().Sub(e.savedAt); wait > 0 && wait <= s.saveRest {
		return gate.Job{}, nil, wait, false
	}
	return e.job, seen, 0, true
}

// saved notes that outcomes were written to a Job just now.
func (s *store) saved(ref lang.Ref, uid types.UID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.entries[ref]; ok && e.job.UID == uid {
		e.savedAt = s.clock.Now()
		s.entries[ref] = e
	}
}

// takesNone notes that no outcomes can be written to a Job.
func (s *store) takesNone(ref lang.Ref, uid types.UID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.entries[ref]; ok && e.job.UID == uid {
		e.takesNoneUntil = s.clock.Now().Add(unsavable)
		s.entries[ref] = e
	}
}

// guarding decides about the finalizer of a Job, and returns after how long to look
// again, 0 for never. One out of scope is another gate's to add and to remove: this
// gate does not see for whom it is there.
func (s *store) guarding(ref lang.Ref) (job gate.Job, guarding gate.FinalizerAction, wait time.Duration) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[ref]
	if !ok || !e.job.AtRisk && !e.job.Guarded || !s.scope.Has(ref.Namespace) {
		return gate.Job{}, gate.KeepGuard, 0
	}
	waiters := s.waiters(ref)
	owed := false
	for _, waiter := range waiters {
		other := s.entries[waiter]
		switch {
		case !s.owes(waiter, other, ref, e.job):
		case e.job.BeingDeleted && s.mayLook(waiter, other, ref) == gate.Unasked:
			// As after a restart. The waiter must not lose what may be its own.
			for _, q := range gate.About(other.questions, ref) {
				if !s.access.Hurry(waiter, other.questions, q) {
					owed, wait = true, access.LateAfter
				}
			}
		default:
			owed = true
		}
	}
	named, owesRecord := s.owesRecord(e.job)
	guarding = gate.Guard(e.job, len(waiters) > 0 || named, owed || owesRecord)
	if guarding == gate.AddGuard && !named && !s.awaitedByWhomMaySee(ref, nil) {
		guarding = gate.KeepGuard // nothing is written for who may not see it
	}
	return e.job, guarding, wait
}
