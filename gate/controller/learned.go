package controller

import (
	"maps"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// What is in this file keeps the exit codes that somebody waits to know. The Job
// does not tell them, so they are read from pods, and only once.

// learn takes in the exit code of a Job that failed.
func (s *store) learn(ref lang.Ref, uid string, exit lang.Exit) {
	s.change(func() []lang.Ref {
		e, ok := s.entries[ref]
		if !ok || e.job.Object.UID != uid || e.job.Object.Exit != nil {
			return nil
		}
		known := *e.job.Object
		known.Exit = &exit
		e.job.Object = &known
		return s.put(ref, e)
	})
}

// untold returns, with their UIDs, the arrays of whose elements a Job waits to know
// exit codes that nobody has read yet.
func (s *store) untold(ref lang.Ref) map[lang.Ref]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[ref]
	if !ok || e.expr == nil || !e.job.Waits() || !e.asksExit {
		return nil
	}
	world, untold := s.seenBy(ref, e), map[lang.Ref]string{}
	for _, prerequisite := range s.graph.Prerequisites(ref) {
		other, ok := s.entries[prerequisite]
		if !ok || !world.Sees(prerequisite) || !e.expr.AsksExitCode(prerequisite, ref.Namespace) {
			continue
		}
		for _, run := range failed(other.job) {
			for i := run.Low; i <= run.High; i++ {
				if other.job.Object.Array.Elements[i].Exit == nil {
					untold[prerequisite] = other.job.Object.UID
				}
			}
		}
	}
	return untold
}

func asksExitCodes(expr *lang.Expr) bool {
	for _, check := range expr.Checks() {
		if len(check.Codes) > 0 {
			return true
		}
	}
	return false
}

// failed returns the elements of a Job that have failed, as lang counts them.
func failed(job gate.Job) lang.Indexes {
	array := job.Object.Array
	switch {
	case array == nil || job.Outcome() == lang.Skipped:
		return nil
	case job.Outcome() != lang.Undecided:
		return lang.Between(0, array.Size-1).Minus(array.Completed)
	default:
		return array.Failed.Minus(array.Completed)
	}
}

// learnElements takes in the exit codes of elements that failed.
func (s *store) learnElements(ref lang.Ref, uid string, exit func(int64) lang.Exit) {
	s.change(func() []lang.Ref {
		e, ok := s.entries[ref]
		if !ok || e.job.Object.UID != uid || e.job.Object.Array == nil {
			return nil
		}
		known, array := *e.job.Object, *e.job.Object.Array
		array.Elements = maps.Clone(array.Elements)
		if array.Elements == nil {
			array.Elements = map[int64]lang.Element{}
		}
		for _, run := range failed(e.job) {
			for i := run.Low; i <= run.High; i++ {
				if element := array.Elements[i]; element.Exit == nil {
					code := exit(i)
					element.Exit = &code
					array.Elements[i] = element
				}
			}
		}
		known.Array = &array
		e.job.Object = &known
		return s.put(ref, e)
	})
}
