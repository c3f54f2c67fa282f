package explanation

import (
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// mostRoots is how many roots are named.
const mostRoots = 20

// Suspects returns the Jobs of which it is worth to read why they do not run, or have failed: the Job
// itself unless it waits or has succeeded, and of what blocks it in the end those that may run.
func Suspects(c Cluster, ref lang.Ref) []lang.Ref {
	s, exists := c.Snapshot(ref)
	if !exists {
		return nil
	}
	d := c.Decision(ref)
	var list []lang.Ref
	switch gate.StateOf(s.Job, d) {
	case gate.StatePending, gate.StateRunning, gate.StateFailed:
		if s.Job.IsJob() {
			list = append(list, ref)
		}
	}
	if !isBlocked(s, d) {
		return list
	}
	for _, o := range roots(c, ref, s, d) {
		if state := gate.State(o.State); o.snapshot.Job.UID != "" && o.snapshot.Job.IsJob() && (state == gate.StatePending || state == gate.StateFailed) {
			list = append(list, o.snapshot.Job.Ref())
		}
	}
	return list
}

// isBlocked reports whether a Job, or an element of it, waits or never ran.
func isBlocked(s gate.Snapshot, d gate.Decision) bool {
	return d.Action == gate.Waiting || d.Action == gate.Opening || d.Action == gate.Failing || s.Job.Outcome() == lang.Skipped
}

// roots goes down from a Job along the checks that decide, and returns what does
// not wait itself, in the order of the text: what runs, is missing, has failed, or
// waits for a person.
func roots(c Cluster, ref lang.Ref, s gate.Snapshot, d gate.Decision) []*Object {
	r := &rooting{cluster: c, seen: map[lang.Ref]bool{ref: true}}
	r.below(s, d)
	return r.found
}

type rooting struct {
	cluster Cluster
	seen    map[lang.Ref]bool
	found   []*Object
}

func (r *rooting) below(s gate.Snapshot, d gate.Decision) {
	reasons := d.Reasons
	if expr := gate.Deciding(s); len(reasons) == 0 && expr != nil && (s.Job.Outcome() == lang.Skipped || d.Reason == gate.ReasonDependencyCycle) {
		reasons = expr.Reasons(s.World, s.Job.Subject(), s.Now)
	}
	for _, reason := range reasons {
		if reason.Problem != nil || reason.Value == lang.True || len(r.found) == mostRoots {
			continue
		}
		for i, ref := range culprits(s, reason) {
			if i == mostObjects {
				break
			}
			r.look(ref)
		}
	}
}

func (r *rooting) look(ref lang.Ref) {
	if r.seen[ref] || len(r.found) == mostRoots {
		return
	}
	r.seen[ref] = true
	o := objectOf(r.cluster, ref)
	if waits(o) && o.snapshot.Expr != nil {
		before := len(r.found)
		d := r.cluster.Decision(ref)
		if r.below(o.snapshot, d); len(r.found) > before || d.Reason == gate.ReasonDependencyCycle {
			return
		}
	}
	r.found = append(r.found, o)
}
