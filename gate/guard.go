package gate

import (
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/lang"
)

// OutcomeFinalizer keeps a prerequisite that is deleted until its outcome is
// written to the Jobs that wait for it. The gate adds and removes it; the policies
// add it to a new Job with KeepOutcomeAnnotation.
const OutcomeFinalizer = "depctl.dev/outcome"

// keepsOutcome reports whether whoever made the Job asks that its outcome be kept.
func keepsOutcome(job *batchv1.Job) bool { return job.Annotations[KeepOutcomeAnnotation] == "true" }

// atRisk reports whether something cleans the Job away once it has finished, or its
// maker expects that.
func atRisk(job *batchv1.Job) bool {
	owner := metav1.GetControllerOfNoCopy(job)
	ttl := job.Spec.TTLSecondsAfterFinished
	return keepsOutcome(job) || keepsResult(job) || ttl != nil && *ttl != never || owner != nil && owner.Kind == "CronJob"
}

// FinalizerAction is what should happen to the finalizer of a prerequisite.
type FinalizerAction uint8

// What can happen to a finalizer.
const (
	KeepGuard FinalizerAction = iota
	AddGuard
	RemoveGuard
)

// Guard decides about the finalizer of a Job. waited says whether somebody waits
// for it who may; owed, whether one of those has not got its outcome yet. A
// deletion is never held for longer than that takes, and that of an unfinished
// Job not at all. Where the Job asks for it, the finalizer stays until then, whether
// somebody waits or not: those that do may be made while no gate runs.
func Guard(job Job, waited, owed bool) FinalizerAction {
	finished := job.Outcome() != lang.Undecided
	switch {
	case !job.Guarded && job.AtRisk && waited && !finished && !job.BeingDeleted:
		// Before it finishes: afterwards is too late for a TTL of 0.
		return AddGuard
	case job.Guarded && job.BeingDeleted && (!finished || !owed):
		return RemoveGuard
	case job.Guarded && !waited && !job.KeepsOutcome:
		return RemoveGuard
	default:
		return KeepGuard
	}
}

// GuardPatch returns the strategic merge patch that adds or removes the
// finalizer. It leaves the finalizers of others alone.
func GuardPatch(job Job, guarding FinalizerAction) ([]byte, error) {
	metadata := map[string]any{"uid": job.UID, "resourceVersion": job.ResourceVersion}
	if guarding == AddGuard {
		metadata["finalizers"] = []string{OutcomeFinalizer}
	} else {
		metadata["$deleteFromPrimitiveList/finalizers"] = []string{OutcomeFinalizer}
	}
	return encode(job, "finalizer", map[string]any{"metadata": metadata})
}
