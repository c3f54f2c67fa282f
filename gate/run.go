package gate

import (
	"cmp"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

// What makes a Job a step of a run.
const (
	// RunLabel is the name of the run that a Job belongs to. Its names mean Jobs of this
	// run, and no Job outside of the run means it without saying so.
	RunLabel = "depctl.dev/run"
	// StepLabel is what a Job is called inside its run, where that is not its name.
	StepLabel = "depctl.dev/step"
	// RunSizeAnnotation is how many steps the Job's run has, such as "12": the run is not
	// over before so many exist.
	RunSizeAnnotation = "depctl.dev/run-size"
	// FailFastAnnotation has the Job failed once a Job of its run has failed, if the value
	// is "true". A handler, which can still come true after that, is not.
	FailFastAnnotation = "depctl.dev/fail-fast"
)

// StepRef returns the reference by which expressions name a Job: in a run that of its
// step.
func StepRef(namespace, name string, labels map[string]string) lang.Ref {
	ref := lang.Job(namespace, name)
	if ref.Run = labels[RunLabel]; ref.Run != "" {
		if step := labels[StepLabel]; step != "" {
			ref.Name = step
		}
	}
	return ref
}

// observeRun fills in what others may want to know of a Job as a step.
func observeRun(o *lang.Object, job *batchv1.Job) {
	if job.Labels[RunLabel] == "" {
		return
	}
	o.NamesRun = lang.NamesRun(job.Annotations[DependsOnAnnotation], job.Labels[RunLabel])
	if size, err := strconv.ParseInt(job.Annotations[RunSizeAnnotation], 10, 64); err == nil {
		o.RunSize = max(size, 0)
	}
}

// Newer reports whether of two Jobs of one run and step a is the one that counts: the
// one that was created later.
func Newer(a, b Job) bool {
	if c := a.Created.Compare(b.Created); c != 0 {
		return c > 0
	}
	return a.UID > b.UID
}

// Stands reports whether a recorded outcome counts beside a Job that has the same name.
// Outside of runs a name is taken only when it is free, so the Job is later. In a run the
// later one counts, and an earlier one may still be there.
func (g RecordedOutcome) Stands(ref lang.Ref, o *lang.Object) bool {
	switch {
	case o == nil:
		return true
	case o.UID == g.Object.UID || ref.Run == "":
		return false
	}
	return o.Created.Before(g.Object.Finished)
}

// Identity returns the Job by its own name, in a run, too.
func (j Job) Identity() lang.Ref {
	return lang.Ref{Kind: cmp.Or(j.Kind, lang.KindJob), Namespace: j.Namespace, Name: j.Name}
}
