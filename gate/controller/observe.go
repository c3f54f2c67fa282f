package controller

import (
	"fmt"
	"reflect"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"

	"depctl.dev/gate"
)

// newsworthy reports whether the state of a Job is to be looked at by a decider: that
// of one that waits, the first after that, and what was said on it and is true no
// more, also by a write that came late.
func newsworthy(old, job gate.Job, known bool) bool {
	switch {
	case known && equal(old, job):
		return false
	case job.Waits(), job.Owed(), job.Edited:
		return true
	default:
		return known && old.Waits()
	}
}

// equal reports whether two states of a Job are the same to a decision about
// it.
func equal(a, b gate.Job) bool {
	a.ResourceVersion, b.ResourceVersion = "", ""
	a.Labels, b.Labels = nil, nil
	a.Room, b.Room = 0, 0
	return reflect.DeepEqual(a, b)
}

// older reports whether resourceVersion a is of an earlier state than b. What
// cannot be compared is not older: the API server has the last word anyway.
func older(a, b string) bool {
	order, err := resourceversion.CompareResourceVersion(a, b)
	return err == nil && order < 0
}

// observe reads a Job. One that is not ours to release counts as not annotated:
// others may still wait for it.
func (s *store) observe(object any) (gate.Job, error) {
	job, ok := object.(*batchv1.Job)
	if !ok {
		return gate.Job{}, fmt.Errorf("expected a Job, the watch sent %T", object)
	}
	observed := gate.Observe(job)
	if !s.scope.Has(observed.Namespace) {
		observed.Annotated, observed.DependsOn, observed.Gated = false, "", false
		observed.Condition, observed.Release = nil, nil // another gate's
	}
	return observed, nil
}

func strip(object any) (any, error) {
	if job, ok := object.(*batchv1.Job); ok {
		job.ManagedFields = nil
		job.Spec = batchv1.JobSpec{
			Suspend: job.Spec.Suspend, ManagedBy: job.Spec.ManagedBy, Parallelism: job.Spec.Parallelism,
			Completions: job.Spec.Completions, CompletionMode: job.Spec.CompletionMode,
			BackoffLimitPerIndex:    job.Spec.BackoffLimitPerIndex,
			TTLSecondsAfterFinished: job.Spec.TTLSecondsAfterFinished,
			ActiveDeadlineSeconds:   job.Spec.ActiveDeadlineSeconds,
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				ServiceAccountName: job.Spec.Template.Spec.ServiceAccountName,
				SchedulingGates:    job.Spec.Template.Spec.SchedulingGates,
			}},
		}
	}
	return object, nil
}
