package cli

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

// durationAnnotation is how long a Job is expected to run.
const durationAnnotation = "depctl.dev/expected-duration"

// basis is how the length of a Job is known.
type basis string

const (
	byAnnotation basis = "annotation"
	byHistory    basis = "history"
	byDefault    basis = "default"
)

// expect notes how a Job is expected to run: how long, if it says so, and whether it
// has no pods by what its spec says.
func (w *world) expect(job *batchv1.Job) {
	ref := lang.Job(job.Namespace, job.Name)
	if text, there := job.Annotations[durationAnnotation]; there {
		w.expected[ref] = text
	}
	delete(w.podless, ref)
	if isEmpty(job) || job.Spec.Parallelism != nil && *job.Spec.Parallelism == 0 {
		w.podless[ref] = isEmpty(job)
	}
}

// isEmpty reports whether a Job has nothing to do. It is complete at once.
func isEmpty(job *batchv1.Job) bool { return job.Spec.Completions != nil && *job.Spec.Completions == 0 }

// isPaused reports whether a Job has no pods, released or not, until somebody raises
// its parallelism. Where elements wait one by one, the gate does.
func (w *world) isPaused(ref lang.Ref) bool {
	empty, podless := w.podless[ref]
	expr := w.graph.Expr(ref)
	return podless && !empty && w.jobs[ref].Outcome() == lang.Undecided && (expr == nil || !expr.Elementwise())
}

// pausedText says of such a Job why it does not run.
const pausedText = "parallelism: 0 gives it no pods until somebody raises it"

// lengths knows how long Jobs run.
type lengths struct {
	expected map[lang.Ref]time.Duration
	// seen has what Jobs took that succeeded: by name, and by the name without
	// its numbers, as those of one CronJob or one loop have nearly the same.
	seen, alike map[lang.Ref][]time.Duration
	otherwise   time.Duration
}

// newLengths reads annotations of one world and the history of several. An
// annotation that cannot be read counts as none; lint speaks of it.
func newLengths(w *world, otherwise time.Duration, histories ...*world) *lengths {
	l := &lengths{
		expected: map[lang.Ref]time.Duration{}, seen: map[lang.Ref][]time.Duration{}, alike: map[lang.Ref][]time.Duration{},
		otherwise: otherwise,
	}
	for ref, text := range w.expected {
		if d, err := lang.ParseDuration(text); err == nil {
			l.expected[ref] = d
		}
	}
	for _, history := range histories {
		for ref, job := range history.jobs {
			if took := job.Object.Finished.Sub(job.Started); job.Outcome() == lang.Succeeded && !job.Started.IsZero() && took >= 0 {
				l.seen[ref] = append(l.seen[ref], took)
				l.alike[family(ref)] = append(l.alike[family(ref)], took)
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

// family returns a reference with the numbers of its name taken out.
func family(ref lang.Ref) lang.Ref {
	ref.Name = withoutNumbers(ref.Name)
	return ref
}

func (l *lengths) of(ref lang.Ref) (time.Duration, basis) {
	if d, known := l.expected[ref]; known {
		return d, byAnnotation
	}
	for _, seen := range [][]time.Duration{l.seen[ref], l.alike[family(ref)]} {
		if len(seen) > 0 {
			return seen[len(seen)/2], byHistory
		}
	}
	return l.otherwise, byDefault
}
