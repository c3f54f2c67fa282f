package snapshot

import (
	"maps"
	"slices"
	"time"

	"depctl.dev/cli/simulate"
	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// Simulate runs a copy of the world from now on.
func (w *World) Simulate(o simulate.Options) *simulate.Run {
	o.Now = w.Now
	return simulate.New(w.simulated(o), o)
}

// simulated returns a copy of the world for a simulation.
func (w *World) simulated(o simulate.Options) simulated {
	own := *w
	own.Graph, own.Jobs = depgraph.New(), maps.Clone(w.Jobs)
	for _, ref := range w.Graph.Refs() {
		if job, there := w.Jobs[ref]; there {
			own.Graph.Set(ref, job.Node(w.Graph.Expr(ref)))
		} else if o := w.Graph.Object(ref); o != nil {
			own.Graph.Set(ref, depgraph.Node{Object: o})
		}
	}
	own.CronJobs = w.CronJobs.Clone()
	// Who is not in the world does not end in it, either.
	own.played, own.Limits.Others, own.Limits.Pods = true, nil, nil
	own.maxStarting = o.MaxStarting
	own.decided = nil // it changes by more than its graph
	own.ledger = own.takeStock()
	own.keepStarting()
	return simulated{&own}
}

// Learn adds to a history what the world tells of how long Jobs take. An annotation
// that cannot be read counts as none; lint speaks of it.
func (w *World) Learn(h *simulate.History) {
	for _, job := range w.Jobs {
		h.Add(job)
	}
	for _, job := range w.Past {
		h.Add(job)
	}
	for ref, text := range w.Expected {
		if d, err := lang.ParseDuration(text); err == nil {
			h.Expect(ref, d)
		}
	}
}

// simulated is a World as a simulation changes it.
type simulated struct{ *World }

var _ simulate.World = simulated{}

// Jobs returns the Jobs and all that they wait for.
func (w simulated) Jobs() []lang.Ref { return w.Upstream("") }

// Job returns a Job, and whether it exists.
func (w simulated) Job(ref lang.Ref) (gate.Job, bool) {
	job, there := w.World.Jobs[ref]
	return job, there
}

// Set takes in a Job as it is from now on.
func (w simulated) Set(job gate.Job) []lang.Ref {
	ref := job.Ref()
	w.countStarting(w.World.Jobs[ref], job)
	w.World.Jobs[ref] = job
	affected := w.Graph.Set(ref, job.Node(w.Graph.Expr(ref)))
	holds := w.taken(job)
	claim, given := w.ledger.given[ref]
	if given && len(holds) > 0 {
		holds = gate.Named(claim.Needs)
	}
	if given || len(holds) > 0 || job.Outcome() != lang.Undecided {
		w.ledger.leave(ref)
		w.ledger.pool.Hold(ref, holds)
	}
	if cronJob, known := w.CronJobs.SetJob(job); known {
		affected = append(affected, w.Graph.Dependents(cronJob)...)
	}
	return affected
}

// Decide returns what the gate would do about a Job, which is in line for tokens from then
// on, or no more.
func (w simulated) Decide(ref lang.Ref) gate.Decision {
	d := w.World.Decide(ref)
	d.Wants = w.asWhole(ref, d.Wants)
	if w.World.Jobs[ref].Uses.Said || w.maxStarting > 0 {
		w.follow(ref, d)
	}
	return d
}

// asWhole returns what a Job wants that is released element by element: an array runs as a whole
// here, with as many tokens as it has elements at once, or as there are.
func (w simulated) asWhole(ref lang.Ref, wants limit.Needs) limit.Needs {
	job := w.World.Jobs[ref]
	if wants == nil || slices.Equal(gate.Named(wants), job.Needs()) {
		return wants
	}
	atOnce := job.Pods()
	for _, each := range wants {
		there, _, _ := w.ledger.pool.Tokens(each.Limit)
		atOnce = min(atOnce, there/each.Tokens)
	}
	return wants.Times(max(1, atOnce))
}

// Give gives tokens to those who may have them by now, and returns these.
func (w simulated) Give() []lang.Ref {
	w.expireStarting()
	return w.ledger.give()
}

// SetTime makes it later.
func (w simulated) SetTime(now time.Time) { w.Now = now }

// Settle finds deadlocks. Rights stay as they were heard of in the world that is copied,
// which shares them.
func (w simulated) Settle() { w.Graph.Settle() }

// Still settles the world, and keeps decisions from now on.
func (w simulated) Still() {
	w.Settle()
	w.keepDecisions()
}

// Prerequisites returns what a Job waits for: of a CronJob the Jobs of those runs that are meant.
func (w simulated) Prerequisites(ref lang.Ref) []lang.Ref { return w.Needs(ref) }

// KeepRanks makes Rank usable.
func (w simulated) KeepRanks(length func(lang.Ref) time.Duration) { w.Graph.KeepRanks(length) }

// Rank returns how long the longest way to the end takes that starts with a Job.
func (w simulated) Rank(ref lang.Ref) time.Duration { return w.Graph.Rank(ref) }

// ByElement reports whether elements of a Job wait one by one.
func (w simulated) ByElement(ref lang.Ref) bool {
	expr := w.Graph.Expr(ref)
	return expr != nil && expr.Elementwise()
}

// Empty reports whether a Job has nothing to do.
func (w simulated) Empty(ref lang.Ref) bool { return w.Podless[ref] }

// Paused reports whether a Job has no pods until a person gives it some.
func (w simulated) Paused(ref lang.Ref) bool { return w.IsPaused(ref) }
