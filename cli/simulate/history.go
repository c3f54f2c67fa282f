package simulate

import (
	"math"
	"slices"
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// History is how long Jobs took that have succeeded.
type History struct {
	lengths  *gate.Lengths
	all      []time.Duration
	expected map[lang.Ref]time.Duration
}

// NewHistory returns an empty History.
func NewHistory() *History {
	return &History{lengths: gate.NewLengths(math.MaxInt, math.MaxInt), expected: map[lang.Ref]time.Duration{}}
}

// Expect takes in how long a Job says that it will run.
func (h *History) Expect(ref lang.Ref, d time.Duration) { h.expected[ref] = d }

// Add takes in a Job, if it has succeeded and says how long that took.
func (h *History) Add(job gate.Job) {
	if h.lengths.Add(job) {
		took := job.Object.Finished.Sub(job.Started)
		at, _ := slices.BinarySearch(h.all, took)
		h.all = slices.Insert(h.all, at, took)
	}
}

// Estimate is how long a Job may take, and what says so.
type Estimate struct {
	Duration time.Duration
	// Runs is how many Jobs of the same family took that long in the mean: those that
	// ended last. If it is 0, the Duration is the median of all Jobs: a guess.
	Runs int
	// Family names the Jobs that Runs counts, as in nightly-#.
	Family string
	// Annotated tells that the Job says so itself.
	Annotated bool
}

// Guessed reports whether nothing is known of this Job and its like.
func (e Estimate) Guessed() bool { return e.Runs == 0 && !e.Annotated }

// Estimate returns how long a Job may take, and false if no Job has succeeded yet.
func (h *History) Estimate(ref lang.Ref) (Estimate, bool) {
	if d, ok := h.expected[ref]; ok {
		return Estimate{Duration: d, Annotated: true}, true
	}
	if like, known := h.lengths.Of(ref); known {
		return Estimate{Duration: like.Duration, Runs: like.Runs, Family: like.Family}, true
	}
	if len(h.all) == 0 {
		return Estimate{}, false
	}
	return Estimate{Duration: h.all[len(h.all)/2]}, true
}

// Len returns how many Jobs have said how long they took.
func (h *History) Len() int { return len(h.all) }
