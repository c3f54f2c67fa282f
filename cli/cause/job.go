package cause

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// refused is a Job of which the API server does not take pods: a quota, a policy, a webhook, a
// service account that is not there. What was refused before the latest pod was made is past.
func refused(f Facts) (Cause, bool) {
	last := latest(f.Events, func(e *corev1.Event) bool {
		return e.InvolvedObject.UID == f.Job.UID && e.Reason == ReasonFailedCreate
	})
	if last == nil {
		return Cause{}, false
	}
	there := 0
	for i := range f.Pods {
		if f.Pods[i].Status.Phase != corev1.PodFailed {
			there++
		}
		if f.Pods[i].CreationTimestamp.After(timeOf(last)) {
			return Cause{}, false
		}
	}
	message := strings.TrimPrefix(oneLine(last.Message), "Error creating: ")
	if head, why, ok := strings.Cut(message, " is forbidden: "); ok && strings.HasPrefix(head, "pods ") {
		message = why // the name before it is one that nothing has
	}
	c := Cause{Reason: ReasonFailedCreate, Message: message, words: withoutNumbers(message), rank: ofCreation}
	if f.Job.Outcome() == lang.Undecided {
		c.Pods = max(int(f.Job.Parallelism)-there, 0)
	}
	return c, c.Pods > 0 || f.Job.Outcome() != lang.Undecided && len(f.Pods) == 0
}

// ofJob is what became of the Job: why it is failed, and that nothing held it.
func ofJob(f Facts) []Cause {
	var all []Cause
	if f.Job.Outcome() == lang.Failed {
		all = append(all, Cause{Reason: f.Job.Object.Reason, Message: oneLine(f.Said), rank: ofEnd})
	}
	if c := f.Job.Condition; c != nil && c.Reason == gate.ReasonStartedUnheld {
		all = append(all, Cause{Reason: c.Reason, Message: oneLine(c.Message), words: c.Message, rank: ofStart})
	}
	return all
}

// IsOfJob reports whether a cause is what the condition of a Job says.
func (c Cause) IsOfJob() bool { return c.rank == ofEnd }

// deadline is the reason of a Job that ran, or was to run, for too long.
const deadline = batchv1.JobReasonDeadlineExceeded
