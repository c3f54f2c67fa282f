package simulate

import (
	"slices"
	"strings"
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// History is how long Jobs took that have succeeded.
type History struct {
	// names has what Jobs of one name took, and families those whose names differ by
	// digits only: the runs of a CronJob, or the members of a sweep.
	names    map[lang.Ref][]time.Duration
	families map[family][]time.Duration
	all      []time.Duration
	expected map[lang.Ref]time.Duration
}

// family is the namespace of Jobs and their name, with "#" for each run of digits.
type family struct{ namespace, name string }

// NewHistory returns an empty History.
func NewHistory() *History {
	return &History{names: map[lang.Ref][]time.Duration{}, families: map[family][]time.Duration{}, expected: map[lang.Ref]time.Duration{}}
}

// Expect takes in how long a Job says that it will run.
func (h *History) Expect(ref lang.Ref, d time.Duration) { h.expected[ref] = d }

// Add takes in a Job, if it has succeeded and says how long that took.
func (h *History) Add(job gate.Job) {
	took := job.Object.Finished.Sub(job.Started)
	if job.Outcome() != lang.Succeeded || job.Started.IsZero() || job.Object.Finished.IsZero() || took < 0 {
		return
	}
	f := familyOf(job.Ref())
	h.names[job.Ref()] = insert(h.names[job.Ref()], took)
	h.families[f] = insert(h.families[f], took)
	h.all = insert(h.all, took)
}

// Estimate is how long a Job may take, and what says so.
type Estimate struct {
	Duration time.Duration
	// Runs is how many Jobs of the same family took that long in the median. If it
	// is 0, the Duration is the median of all Jobs: a guess.
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
	if runs := h.names[ref]; len(runs) > 0 {
		return Estimate{Duration: runs[len(runs)/2], Runs: len(runs), Family: ref.Name}, true
	}
	f := familyOf(ref)
	if runs := h.families[f]; len(runs) > 0 {
		return Estimate{Duration: runs[len(runs)/2], Runs: len(runs), Family: f.name}, true
	}
	if len(h.all) == 0 {
		return Estimate{}, false
	}
	return Estimate{Duration: h.all[len(h.all)/2]}, true
}

// Len returns how many Jobs have said how long they took.
func (h *History) Len() int { return len(h.all) }

func insert(sorted []time.Duration, d time.Duration) []time.Duration {
	at, _ := slices.BinarySearch(sorted, d)
	return slices.Insert(sorted, at, d)
}

func familyOf(ref lang.Ref) family {
	var b strings.Builder
	digits := false
	for _, r := range ref.Name {
		if r >= '0' && r <= '9' {
			if !digits {
				b.WriteByte('#')
			}
			digits = true
			continue
		}
		digits = false
		b.WriteRune(r)
	}
	return family{ref.Namespace, b.String()}
}
