package rehearsal

import (
	"slices"
	"time"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/reference"
	"depctl.dev/lang"
)

// Basis is how the length of a Job is known.
type Basis string

const (
	byAnnotation Basis = "annotation"
	byHistory    Basis = "history"
	ByDefault    Basis = "default"
)

// lengths knows how long Jobs run.
type lengths struct {
	expected map[lang.Ref]time.Duration
	// seen has what Jobs took that succeeded: by name, and by the name without
	// its numbers, as those of one CronJob or one loop have nearly the same.
	seen, alike map[lang.Ref][]time.Duration
	otherwise   time.Duration
}

// NewLengths reads annotations of one world and the history of several. An
// annotation that cannot be read counts as none; lint speaks of it.
func NewLengths(w *snapshot.World, otherwise time.Duration, histories ...*snapshot.World) *lengths {
	l := &lengths{
		expected: map[lang.Ref]time.Duration{}, seen: map[lang.Ref][]time.Duration{}, alike: map[lang.Ref][]time.Duration{},
		otherwise: otherwise,
	}
	for ref, text := range w.Expected {
		if d, err := lang.ParseDuration(text); err == nil {
			l.expected[ref] = d
		}
	}
	for _, history := range histories {
		for ref, job := range history.Jobs {
			if took := job.Object.Finished.Sub(job.Started); job.Outcome() == lang.Succeeded && !job.Started.IsZero() && took >= 0 {
				l.seen[ref] = append(l.seen[ref], took)
				l.alike[Family(ref)] = append(l.alike[Family(ref)], took)
			}
		}
	}
	for _, history := range []map[lang.Ref][]time.Duration{l.seen, l.alike} {
		for _, took := range history {
			slices.Sort(took)
		}
	}
	return l
}

// Family returns a reference with the numbers of its name taken out.
func Family(ref lang.Ref) lang.Ref {
	ref.Name = reference.WithoutNumbers(ref.Name)
	return ref
}

func (l *lengths) Of(ref lang.Ref) (time.Duration, Basis) {
	if d, known := l.expected[ref]; known {
		return d, byAnnotation
	}
	for _, seen := range [][]time.Duration{l.seen[ref], l.alike[Family(ref)]} {
		if len(seen) > 0 {
			return seen[len(seen)/2], byHistory
		}
	}
	return l.otherwise, ByDefault
}
