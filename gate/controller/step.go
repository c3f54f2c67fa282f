package controller

import (
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// What is in this file knows the Jobs of runs, which others name by their step: where
// several Jobs are the same step, the latest counts. All of it is called with the store's
// lock.

// keyOf returns the reference under which a Job of this name is known.
func (s *store) keyOf(identity lang.Ref) lang.Ref {
	if key, step := s.keys[identity]; step {
		return key
	}
	return identity
}

// place gives a Job its place among those of its step. A Job that has another label is no
// longer where it was, and an earlier one of the step is evicted.
func (s *store) place(e entry) (placed entry, affected []lang.Ref, evicted *entry) {
	identity, step := e.job.Identity(), e.job.Step()
	e.job.Superseded = false
	if holder, held := s.entries[step]; held && step.Run != "" && holder.job.Identity() != identity {
		if e.job.Superseded = gate.Newer(holder.job, e.job); !e.job.Superseded {
			evicted = &holder
		}
	}
	ref := e.job.Ref()
	if old := s.keyOf(identity); old != ref {
		affected = s.remove(old)
	}
	s.note(e.job)
	if evicted != nil {
		evicted.job.Superseded, evicted.weight = true, weight{}
		s.note(evicted.job)
	}
	return e, affected, evicted
}

// note notes where a Job is known.
func (s *store) note(job gate.Job) {
	ref, step := job.Ref(), job.Step()
	if step.Run == "" {
		return
	}
	s.keys[job.Identity()] = ref
	if job.Superseded {
		if s.superseded[step] == nil {
			s.superseded[step] = map[lang.Ref]bool{}
		}
		s.superseded[step][ref] = true
	}
}

// unnote forgets where a Job was known.
func (s *store) unnote(job gate.Job) {
	delete(s.keys, job.Identity())
	if step := job.Step(); job.Superseded {
		if delete(s.superseded[step], job.Ref()); len(s.superseded[step]) == 0 {
			delete(s.superseded, step)
		}
	}
}

// promote has the latest of the Jobs that a removed one superseded count again.
func (s *store) promote(step lang.Ref) []lang.Ref {
	var latest *entry
	for ref := range s.superseded[step] {
		if e := s.entries[ref]; latest == nil || gate.Newer(e.job, latest.job) {
			latest = &e
		}
	}
	if latest == nil {
		return nil
	}
	affected := s.remove(latest.job.Ref())
	latest.job.Superseded, latest.weight = false, weight{}
	latest.seen = latest.seen.Without(step) // it is that step now
	s.note(latest.job)
	return append(append(affected, s.setAt(step, *latest, true)...), step)
}

// nameOf returns the name of the Job that is known under a reference.
func (s *store) nameOf(ref lang.Ref) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if e, known := s.entries[ref]; known {
		return e.job.Name
	}
	return ref.Name
}

// mostWent is how many objects that went are kept.
const mostWent = 10_000

// gone notes when an object went, for those who wait for it to be absent.
func (s *store) gone(ref lang.Ref) {
	if !s.graph.Named(ref) {
		return
	}
	if len(s.went) >= mostWent { // of all these the delay begins again
		clear(s.went)
		s.listedAt = s.clock.Now()
	}
	s.went[ref] = s.clock.Now()
}

// absentSince returns since when an object is known to be absent: since it was seen to go,
// or since all were listed.
func (s *store) absentSince(ref lang.Ref) time.Time {
	listed := s.listedAt
	if ref.Kind != lang.KindJob && ref.Kind != lang.KindCronJob && s.kinds.others != nil {
		listed = s.kinds.others.ListedAt(ref)
	}
	if at, seen := s.went[ref]; seen && at.After(listed) {
		return at
	}
	return listed
}
