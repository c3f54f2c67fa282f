package gate

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// queueLabel marks a Job that Kueue suspends and resumes.
const queueLabel = "kueue.x-k8s.io/queue-name"

// Reasons of a Failed condition that mean that a Job never ran because its
// dependencies could not be met.
const (
	ReasonDependencyFailed  = "DependencyFailed"
	ReasonDependencyTimeout = "DependencyTimeout"
)

// Job is what is kept of a batch/v1 Job: the facts that decide about it, and
// those that its dependents and people want to know. It is comparable, and
// never changes once made.
type Job struct {
	Namespace, Name string
	UID             types.UID
	ResourceVersion string
	Created         time.Time

	// Annotated reports whether DependsOn is there at all; its value may be
	// empty, which is a mistake and not the same.
	Annotated bool
	DependsOn string
	// OnHold reports whether the hold annotation is there; Hold is its value.
	OnHold bool
	Hold   string

	Suspended    bool
	BeingDeleted bool
	// Released reports whether the gate has released this very Job.
	Released bool
	// ForeignOwner names who else owns spec.suspend; empty if nobody does.
	ForeignOwner string

	// Started is when the Job was first started, by Job status.
	Started time.Time
	// Ready and Ended count the pods that are ready and that have ended.
	Ready, Ended int32

	// Outcome, Reason and Finished say how the Job ended, as lang.Object does.
	Outcome  lang.Outcome
	Reason   string
	Finished time.Time
}

// Observe returns the facts of a Job. It keeps no reference to it.
func Observe(job *batchv1.Job) Job {
	j := Job{
		Namespace:       job.Namespace,
		Name:            job.Name,
		UID:             job.UID,
		ResourceVersion: job.ResourceVersion,
		Created:         job.CreationTimestamp.Time,
		Suspended:       job.Spec.Suspend != nil && *job.Spec.Suspend,
		BeingDeleted:    job.DeletionTimestamp != nil,
		ForeignOwner:    foreignOwner(job),
		Released:        isReleased(job.Annotations[ReleasedAnnotation], job.UID),
		Ended:           job.Status.Succeeded + job.Status.Failed,
	}
	j.DependsOn, j.Annotated = job.Annotations[DependsOnAnnotation]
	j.Hold, j.OnHold = job.Annotations[HoldAnnotation]
	if job.Status.StartTime != nil {
		j.Started = job.Status.StartTime.Time
	}
	if job.Status.Ready != nil {
		j.Ready = *job.Status.Ready
	}
	if uncounted := job.Status.UncountedTerminatedPods; uncounted != nil {
		j.Ended += int32(len(uncounted.Succeeded) + len(uncounted.Failed))
	}
	j.observeOutcome(job.Status)
	return j
}

// observeOutcome reads the terminal conditions. SuccessCriteriaMet and
// FailureTarget come before them and are not the end yet.
func (j *Job) observeOutcome(status batchv1.JobStatus) {
	for _, condition := range status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case batchv1.JobComplete:
			j.Outcome, j.Finished = lang.Succeeded, condition.LastTransitionTime.Time
			if status.CompletionTime != nil {
				j.Finished = status.CompletionTime.Time
			}
		case batchv1.JobFailed:
			j.Outcome, j.Finished, j.Reason = lang.Failed, condition.LastTransitionTime.Time, condition.Reason
			if j.Reason == ReasonDependencyFailed || j.Reason == ReasonDependencyTimeout {
				j.Outcome = lang.Skipped
			}
		}
	}
}

func foreignOwner(job *batchv1.Job) string {
	if by := job.Spec.ManagedBy; by != nil && *by != batchv1.JobControllerName {
		return "spec.managedBy " + *by
	}
	if _, ok := job.Labels[queueLabel]; ok {
		return "Kueue (label " + queueLabel + ")"
	}
	if owner := metav1.GetControllerOfNoCopy(job); owner != nil && owner.Kind == "JobSet" {
		return "JobSet " + owner.Name
	}
	return ""
}

// Ref returns the reference by which expressions name the Job.
func (j Job) Ref() lang.Ref { return lang.Job(j.Namespace, j.Name) }

// Object returns what expressions may learn about the Job.
func (j Job) Object() lang.Object {
	return lang.Object{
		UID:      string(j.UID),
		Created:  j.Created,
		Outcome:  j.Outcome,
		Reason:   j.Reason,
		Finished: j.Finished,
	}
}
