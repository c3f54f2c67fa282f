package jobaction

import (
	"maps"
	"slices"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// retryPlan is what "depctl retry" makes again, in DAGMan's sense: what failed, and
// what was skipped because of it. What succeeded stays.
type retryPlan struct {
	// jobs are to be recreated, each after all of those that it waits for: at no
	// moment does one of them see the old outcome of another.
	jobs []lang.Ref
	// hopeless are skipped Jobs below them that would be skipped again at once,
	// and why.
	hopeless map[lang.Ref]string
	// broken are Jobs below them that failed because elements of them could not run.
	broken []lang.Ref
}

// newRetryPlan returns what to recreate for these Jobs. again are those of them
// that have failed or were skipped; below includes the skipped ones that wait for
// one of them, directly or through skipped ones.
func newRetryPlan(w *snapshot.World, named []lang.Ref, below bool) *retryPlan {
	r := &retryPlan{hopeless: map[lang.Ref]string{}}
	chosen := map[lang.Ref]bool{}
	broken := map[lang.Ref]bool{}
	var reach func(lang.Ref)
	reach = func(ref lang.Ref) {
		for _, dependent := range w.Graph.Dependents(ref) {
			job := w.Jobs[dependent]
			if chosen[dependent] || job.Object == nil || job.BeingDeleted || job.Superseded {
				continue
			}
			switch {
			case isSkipped(job) && remakeable(job) == nil:
				chosen[dependent] = true
				reach(dependent)
			case job.Object.Reason == gate.ReasonElementFailed:
				broken[dependent] = true
			}
		}
	}
	for _, ref := range named {
		if isOver(w.Jobs[ref]) {
			chosen[ref] = true
		}
	}
	if below {
		for _, ref := range named {
			reach(ref)
		}
	}
	r.leaveHopeless(w, chosen)
	for ref := range broken {
		if !chosen[ref] {
			r.broken = append(r.broken, ref)
		}
	}
	slices.SortFunc(r.broken, lang.Ref.Compare)
	r.jobs = inOrder(w, chosen)
	return r
}

// leaveHopeless takes out of chosen what would be skipped again at once: something
// else that it waits for has failed too, and stays as it is. That may take others
// with it.
func (r *retryPlan) leaveHopeless(w *snapshot.World, chosen map[lang.Ref]bool) {
	old := map[lang.Ref]gate.Job{}
	for ref := range chosen {
		old[ref] = w.Jobs[ref]
		w.Add(fresh(w.Jobs[ref], w))
	}
	for again := true; again; {
		again = false
		w.Graph.Settle()
		for _, ref := range slices.SortedFunc(maps.Keys(chosen), lang.Ref.Compare) {
			if d := w.Decide(ref); d.Action == gate.Failing {
				r.hopeless[ref] = d.Message
				delete(chosen, ref)
				w.Add(old[ref])
				again = true
			}
		}
	}
	for ref := range chosen {
		w.Add(old[ref])
	}
	w.Graph.Settle()
}

// fresh returns a Job as it is right after it has been recreated.
func fresh(job gate.Job, w *snapshot.World) gate.Job {
	job.UID, job.ResourceVersion, job.Created = "", "", w.Now
	job.Suspended, job.Released, job.Edited, job.Ending, job.Gated = job.AsksToWait(), false, false, false, false
	job.Release, job.Condition, job.Seen, job.Paused = nil, nil, nil, gate.Pause{}
	object := lang.Object{Created: w.Now}
	if array := job.Object.Array; array != nil {
		object.Array = &lang.Array{Size: array.Size, PerIndex: array.PerIndex}
	}
	job.Object = &object
	return job
}

func isSkipped(job gate.Job) bool { return job.Object != nil && job.Outcome() == lang.Skipped }

// isOver reports whether a Job has ended without success.
func isOver(job gate.Job) bool {
	return job.Object != nil && (job.Outcome() == lang.Failed || job.Outcome() == lang.Skipped)
}

// inOrder returns Jobs so that each comes after those that it waits for, and else
// by name.
func inOrder(w *snapshot.World, chosen map[lang.Ref]bool) []lang.Ref {
	var order []lang.Ref
	done := map[lang.Ref]bool{}
	var put func(lang.Ref)
	put = func(ref lang.Ref) {
		if done[ref] {
			return
		}
		done[ref] = true
		for _, prerequisite := range w.Graph.Prerequisites(ref) {
			put(prerequisite)
		}
		if chosen[ref] {
			order = append(order, ref)
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(chosen), lang.Ref.Compare) {
		put(ref)
	}
	return order
}
