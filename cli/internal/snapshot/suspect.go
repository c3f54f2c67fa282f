package snapshot

import (
	"cmp"
	"slices"
	"time"

	"depctl.dev/cli/cause"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Suspects returns those of some Jobs that may run and do not, the one that waits longest
// first, and then those that have failed, the latest first.
func (w *World) Suspects(refs []lang.Ref) []lang.Ref {
	var pending, failed []lang.Ref
	for _, ref := range refs {
		job, exists := w.Jobs[ref]
		if !exists || !job.IsJob() || job.UID == "" || !mayBeSuspect(job) {
			continue
		}
		switch state, _ := w.State(ref); state {
		case gate.StatePending:
			pending = append(pending, ref)
		case gate.StateFailed:
			failed = append(failed, ref)
		}
	}
	slices.SortFunc(pending, func(a, b lang.Ref) int {
		return cmp.Or(w.Jobs[a].Started.Compare(w.Jobs[b].Started), a.Compare(b))
	})
	slices.SortFunc(failed, func(a, b lang.Ref) int {
		return cmp.Or(w.Jobs[b].Object.Finished.Compare(w.Jobs[a].Object.Finished), a.Compare(b))
	})
	return append(pending, failed...)
}

// mayBeSuspect says without a decision, of which there may be many, what a Job may be.
func mayBeSuspect(job gate.Job) bool {
	switch job.Outcome() {
	case lang.Failed:
		return true
	case lang.Undecided:
		return !job.Suspended && !job.Object.Started
	}
	return false
}

// soon is how long a gate may take until it has spoken of a Job that waits.
const soon = 15 * time.Second

// Waiting reports whether any of some Jobs waits for the gate for so long that it should have spoken.
func (w *World) Waiting(refs []lang.Ref) bool {
	return slices.ContainsFunc(refs, func(ref lang.Ref) bool {
		return w.waitsForGate(ref) && w.Now.Sub(w.Jobs[ref].Created) > soon
	})
}

func (w *World) waitsForGate(ref lang.Ref) bool { return w.Jobs[ref].Waits() && w.Jobs[ref].UID != "" }

// CausesOf returns why a Job does not run, or has failed, as far as that was read: that no
// gate releases it comes first.
func (w *World) CausesOf(ref lang.Ref) []cause.Cause {
	if w.NoGate != "" && w.waitsForGate(ref) {
		return append([]cause.Cause{cause.NoGate(w.NoGate)}, w.Causes[ref]...)
	}
	return w.Causes[ref]
}
