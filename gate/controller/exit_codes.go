package controller

import (
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// What is in this file keeps the exit codes that somebody waits to know. The Job
// does not tell them, so they are read from pods, and only once.

// learn takes in the exit codes of a Job that failed, and of its elements.
func (s *store) learn(ref lang.Ref, uid types.UID, exits *gate.Exits) {
	s.change(func() []lang.Ref {
		e, ok := s.entries[ref]
		if !ok || e.job.UID != uid {
			return nil
		}
		e.job.Object = exits.In(e.job.Object)
		return s.put(ref, e)
	})
}

// untold returns the arrays of whose elements a Job waits to know exit codes that
// nobody has read yet.
func (s *store) untold(ref lang.Ref) []gate.Owner {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[ref]
	if !ok || e.expr == nil || !e.job.Waits() || !e.asksExit {
		return nil
	}
	var untold []gate.Owner
	for _, prerequisite := range s.graph.Prerequisites(ref) {
		other, ok := s.entries[prerequisite]
		if !ok || s.mayLook(ref, e, prerequisite) != gate.Allowed || !e.expr.AsksExitCode(prerequisite, ref) {
			continue
		}
		if failed := gate.FailedElements(other.job.Object); len(failed) > 0 && len(failed.Minus(other.job.Object.Array.Told)) > 0 {
			untold = append(untold, other.job.Owner())
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
