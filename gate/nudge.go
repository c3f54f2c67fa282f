package gate

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

// The Job controller writes the status of a Job at most once a second
// (SyncJobBatchPeriod), so a Job is Complete a second after its last pod has
// succeeded. A change of the spec makes it look at once. The gate makes one where
// somebody waits, and still waits for Complete: nothing is taken for granted.

// never is ten years in seconds: what the field that a nudge sets says. It sets one
// that is not there, so no manifest says otherwise, and one that has no effect for
// ten years, also if the Job does not end.
const never = 10 * 365 * 24 * 60 * 60

// The fields that can be set: the second where the first is taken.
const (
	nudgeDeadline = "activeDeadlineSeconds"
	nudgeTTL      = "ttlSecondsAfterFinished"
)

// SecondNudge is how long after a nudge a Job that is still not over is nudged once more. The Job
// controller hears of the pods of a Job and of the Job by different watches: when it looks it may not
// know yet that the last pod has succeeded, and would look again a second later.
const SecondNudge = 200 * time.Millisecond

// margin is how long before its deadline a Job is no longer nudged: as near as that
// it may matter when the Job controller looks.
const margin = 10 * time.Second

// Nudging is what a nudge of a Job needs to know.
type Nudging struct {
	// Field is the one to set; empty if there is none left, or it was nudged twice.
	Field string
	// Again says that the Job was nudged once. It is nudged a second time if that has not helped.
	Again bool
	// Successes is how many pods must succeed; 0 if that is not known.
	Successes int64
	// Deadline is when the Job will be failed; zero if never, or not known yet.
	Deadline time.Time
}

func observeNudging(job *batchv1.Job) Nudging {
	spec := &job.Spec
	n := Nudging{Field: nudgeDeadline}
	if spec.Completions != nil {
		n.Successes = int64(*spec.Completions)
	}
	if limit := spec.ActiveDeadlineSeconds; limit != nil {
		n.Field = nudgeTTL
		if job.Status.StartTime != nil {
			n.Deadline = job.Status.StartTime.Add(time.Duration(min(*limit, never)) * time.Second)
		}
	}
	n.Again = spec.ActiveDeadlineSeconds != nil && *spec.ActiveDeadlineSeconds == never
	if spec.ActiveDeadlineSeconds != nil && spec.TTLSecondsAfterFinished != nil {
		n.Field = ""
	}
	return n
}

// mostAwaited is how many pods a Job may need to be watched for a nudge. That costs the
// API server and the gate two events for each pod, a millisecond together, and saves a
// second at most.
const mostAwaited = 1000

// WorthAwaiting reports whether the pods of a Job are watched for its nudge, if
// somebody waits for it.
func (j Job) WorthAwaiting() bool {
	return 0 < j.Nudging.Successes && j.Nudging.Successes <= mostAwaited
}

// Nudge reports whether the Job controller can be made to look at a Job now.
func Nudge(job Job, now time.Time) bool {
	n := job.Nudging
	return n.Field != "" && !job.Suspended && !job.Ending && !job.BeingDeleted && job.ForeignOwner == "" && !job.InQueue &&
		(n.Deadline.IsZero() || !now.Add(margin).After(n.Deadline))
}

// Spent reports whether all pods that a Job needs have succeeded, and it does not
// know, or has not said so. Of an Indexed Job successes are elements.
func Spent(job Job, successes int) bool {
	need := job.Nudging.Successes
	return 0 < need && need <= int64(successes) && job.Outcome() == lang.Undecided
}

// NudgePatch returns the merge patch that nudges a Job. It has the resourceVersion
// of the state that was decided on: of a Job that was suspended or resized
// meanwhile, nothing is known.
func NudgePatch(job Job) ([]byte, error) {
	return encode(job, "nudge", map[string]any{
		"metadata": map[string]any{"uid": job.UID, "resourceVersion": job.ResourceVersion},
		"spec":     map[string]any{job.Nudging.Field: never},
	})
}
