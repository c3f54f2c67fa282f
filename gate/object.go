package gate

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/lang"
)

// Reasons of a Failed condition that mean that a Job never ran because its
// dependencies could not be met.
const (
	// ReasonDependencyFailed: the dependencies can no longer be met. With
	// "on-dependency-failure: wait" the Job stays held; otherwise it has failed.
	ReasonDependencyFailed = "DependencyFailed"
	// ReasonDependencyTimeout: the Job waited longer than WaitTimeoutAnnotation
	// allows, and has failed.
	ReasonDependencyTimeout = "DependencyTimeout"
	// ReasonRunFailed: a Job of its run has failed, and it has FailFastAnnotation.
	ReasonRunFailed = "RunFailed"
	// ReasonNotTaken: only a result= is false: the branch was not taken. That is no failure
	// of a run.
	ReasonNotTaken = "NotTaken"
)

// observeObject returns what expressions may learn about a Job.
func observeObject(job *batchv1.Job) *lang.Object {
	status := &job.Status
	o := &lang.Object{
		UID:     string(job.UID),
		Created: job.CreationTimestamp.Time,
		Ready:   ready(job),
		Array:   observeArray(job),
	}
	observeOutcome(o, status)
	observeRun(o, job)
	if value, told := job.Annotations[ResultAnnotation]; told && job.Spec.Completions != nil && *job.Spec.Completions == 0 {
		o.Result = ReadDoneResult(value)
	}
	o.Started = o.Outcome == lang.Succeeded || o.Outcome == lang.Failed || hadPods(status)
	if o.Started && status.StartTime != nil {
		o.StartedAt = status.StartTime.Time
	}
	return o
}

// observeOutcome reads the terminal conditions. SuccessCriteriaMet and other
// people's FailureTarget come before them and are not the end yet. Our own
// FailureTarget is: the Job never ran, and the condition can never be unset.
func observeOutcome(o *lang.Object, status *batchv1.JobStatus) {
	for _, condition := range status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case batchv1.JobComplete:
			o.Outcome, o.Finished = lang.Succeeded, condition.LastTransitionTime.Time
			if status.CompletionTime != nil {
				o.Finished = status.CompletionTime.Time
			}
		case batchv1.JobFailed:
			o.Outcome, o.Finished, o.Reason = lang.Failed, condition.LastTransitionTime.Time, condition.Reason
			if isOurs(condition.Reason) {
				o.Outcome = lang.Skipped
			}
		case batchv1.JobFailureTarget:
			if isOurs(condition.Reason) && o.Outcome == lang.Undecided {
				o.Outcome, o.Finished, o.Reason = lang.Skipped, condition.LastTransitionTime.Time, condition.Reason
			}
		}
	}
}

// isOurs reports whether the gate fails Jobs for this reason.
func isOurs(reason string) bool {
	switch reason {
	case ReasonDependencyFailed, ReasonDependencyTimeout, ReasonRunFailed, ReasonNotTaken:
		return true
	}
	return false
}

// hadPods reports whether a pod of the Job is or was ready, or has ended.
func hadPods(status *batchv1.JobStatus) bool {
	if status.Ready != nil && *status.Ready > 0 || status.Succeeded+status.Failed > 0 {
		return true
	}
	uncounted := status.UncountedTerminatedPods
	return uncounted != nil && len(uncounted.Succeeded)+len(uncounted.Failed) > 0
}

// ready reports whether as many pods are ready as the Job wants now: as its
// parallelism says, and no more than are left to do.
func ready(job *batchv1.Job) bool {
	if job.Status.Ready == nil || *job.Status.Ready == 0 {
		return false
	}
	wanted := int32(1)
	if job.Spec.Parallelism != nil {
		wanted = *job.Spec.Parallelism
	}
	if job.Spec.Completions != nil {
		wanted = min(wanted, *job.Spec.Completions-job.Status.Succeeded)
	}
	return *job.Status.Ready >= wanted
}

// observeArray returns what is known of the elements of an Indexed Job, nil for
// any other.
func observeArray(job *batchv1.Job) *lang.Array {
	if mode := job.Spec.CompletionMode; mode == nil || *mode != batchv1.IndexedCompletion || job.Spec.Completions == nil {
		return nil
	}
	array := &lang.Array{
		Size:      int64(*job.Spec.Completions),
		PerIndex:  job.Spec.BackoffLimitPerIndex != nil,
		Completed: indexes(job.Status.CompletedIndexes),
	}
	if job.Status.FailedIndexes != nil {
		array.Failed = indexes(*job.Status.FailedIndexes)
	}
	return array
}

// indexes reads a list as "1,3-5,7". The API server checks what is written
// there; of a text that cannot be read, nothing is known.
func indexes(text string) lang.Indexes {
	set, err := lang.ParseIndexes(text)
	if err != nil {
		return nil
	}
	return set
}
