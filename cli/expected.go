package cli

import (
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

// durationAnnotation is how long a Job is expected to run.
const durationAnnotation = "depctl.dev/expected-duration"

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
