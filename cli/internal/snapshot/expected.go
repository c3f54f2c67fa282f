package snapshot

import (
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// DurationAnnotation is how long a Job is expected to run.
const DurationAnnotation = "depctl.dev/expected-duration"

// NoteLength notes how a Job is expected to run: how long, if it says so, and whether it
// has no pods by what its spec says.
func (w *World) NoteLength(job *batchv1.Job) {
	ref := gate.StepRef(job.Namespace, job.Name, job.Labels)
	if text, there := job.Annotations[DurationAnnotation]; there {
		w.Expected[ref] = text
	}
	delete(w.Podless, ref)
	if IsEmpty(job) || job.Spec.Parallelism != nil && *job.Spec.Parallelism == 0 {
		w.Podless[ref] = IsEmpty(job)
	}
}

// AddHeld adds what waits and is no Job, with how long it is expected to run if its annotations say so.
func (w *World) AddHeld(job gate.Job, annotations map[string]string) {
	w.Add(job)
	if text, there := annotations[DurationAnnotation]; there {
		w.Expected[job.Ref()] = text
	}
}

// IsEmpty reports whether a Job has nothing to do. It is complete at once.
func IsEmpty(job *batchv1.Job) bool { return job.Spec.Completions != nil && *job.Spec.Completions == 0 }

// IsPaused reports whether a Job has no pods, released or not, until somebody raises
// its parallelism. Where elements wait one by one, the gate does.
func (w *World) IsPaused(ref lang.Ref) bool {
	empty, podless := w.Podless[ref]
	expr := w.Graph.Expr(ref)
	return podless && !empty && w.Jobs[ref].Outcome() == lang.Undecided && (expr == nil || !expr.Elementwise())
}

// PausedText says of such a Job why it does not run.
const PausedText = "parallelism: 0 gives it no pods until somebody raises it"
