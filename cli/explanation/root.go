package explanation

import (
	"math"
	"slices"

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
	for _, o := range NewRoots(c).of(ref, s, d) {
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

// Roots finds the roots of Jobs: what does not wait itself, and holds them up, directly or
// through others. It runs, is missing, has failed, waits for a person, or is one of a
// deadlock. What it has found of one Job it knows when it is asked about the next, so that
// all Jobs of a graph cost one walk through it. It serves a cluster that does not change.
type Roots struct {
	cluster Cluster
	known   map[lang.Ref][]*Object
	// Jobs that wait for one another, and are no deadlock as each waits for either of two,
	// have the same roots. They are found as by Tarjan's algorithm for strongly connected
	// components: open are those of which not all is known yet, in the order in which the
	// search has come to them, and number is the place of each there. Of those that it has
	// left again, partial has what was found.
	open    []lang.Ref
	number  map[lang.Ref]int
	partial map[lang.Ref][]*Object
}

// branch is what was found below an object. It is all, unless an open one was met: then least
// is the lowest number of one.
type branch struct {
	found []*Object
	least int
}

// NewRoots returns one that knows nothing yet.
func NewRoots(c Cluster) *Roots {
	return &Roots{cluster: c, known: map[lang.Ref][]*Object{}, partial: map[lang.Ref][]*Object{}, number: map[lang.Ref]int{}}
}

// Of returns the roots of a Job, at most 20, in the order of the text.
func (r *Roots) Of(ref lang.Ref) []*Object {
	s, exists := r.cluster.Snapshot(ref)
	if !exists {
		return nil
	}
	return r.of(ref, s, r.cluster.Decision(ref))
}

// of is Of for a Job about which something else may have been decided than stands in
// the cluster.
func (r *Roots) of(ref lang.Ref, s gate.Snapshot, d gate.Decision) []*Object {
	clear(r.partial)
	clear(r.number)
	r.open = r.open[:0]
	r.begin(ref)
	b := r.below(s, d)
	// Behind one that waits for either of two, a Job of a deadlock may come to itself.
	return slices.DeleteFunc(slices.Clone(b.found), func(o *Object) bool { return o.ref == ref })
}

func (r *Roots) below(s gate.Snapshot, d gate.Decision) branch {
	reasons := d.Reasons
	if expr := gate.Deciding(s); len(reasons) == 0 && expr != nil && (s.Job.Outcome() == lang.Skipped || d.Reason == gate.ReasonDependencyCycle) {
		reasons = expr.Reasons(s.World, s.Job.Subject(), s.Now)
	}
	all, there := branch{least: math.MaxInt}, map[lang.Ref]bool{}
	for _, reason := range reasons {
		if reason.Problem != nil || reason.Value == lang.True {
			continue
		}
		for i, ref := range culprits(s, reason) {
			if i == mostObjects {
				break
			}
			b := r.look(ref)
			all.least = min(all.least, b.least)
			for _, o := range b.found {
				if len(all.found) < mostRoots && !there[o.ref] {
					there[o.ref] = true
					all.found = append(all.found, o)
				}
			}
		}
	}
	return all
}

func (r *Roots) look(ref lang.Ref) branch {
	if found, known := r.known[ref]; known {
		return branch{found, math.MaxInt}
	}
	if number, open := r.number[ref]; open {
		return branch{r.partial[ref], number}
	}
	o := objectOf(r.cluster, ref)
	d := r.cluster.Decision(ref)
	if !waits(o) || o.snapshot.Expr == nil || d.Reason == gate.ReasonDependencyCycle {
		r.known[ref] = []*Object{o}
		return branch{r.known[ref], math.MaxInt}
	}
	number := r.begin(ref)
	b := r.below(o.snapshot, d)
	if b.least < number {
		r.partial[ref] = b.found
		return b
	}
	if len(b.found) == 0 {
		b.found = []*Object{o}
	}
	for _, one := range r.open[number:] {
		delete(r.number, one)
		delete(r.partial, one)
		r.known[one] = b.found
	}
	r.open = r.open[:number]
	return branch{b.found, math.MaxInt}
}

func (r *Roots) begin(ref lang.Ref) int {
	number := len(r.open)
	r.open, r.number[ref] = append(r.open, ref), number
	return number
}
