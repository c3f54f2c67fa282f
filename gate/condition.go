package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// ConditionType is the type of the condition in which the gate says how the
// dependencies of a Job stand.
const ConditionType batchv1.JobConditionType = "depctl.dev/DependenciesMet"

// Reasons that only conditions have.
const (
	// ReasonForced: a person has released the Job, whatever its dependencies, as
	// with "depctl release --force".
	ReasonForced = "Forced"
	// ReasonPatchRefused: the API server refuses what the gate decided, for example
	// because of a policy or a webhook. Events have this reason, too.
	ReasonPatchRefused = "PatchRefused"
	// ReasonNotAnnotated: the annotation was removed while the Job waited.
	ReasonNotAnnotated = "NotAnnotated"
)

// How much is said of one Job. The API server keeps times to the second, so a
// second is added to each: what was written at 5.9 s says 5.
const (
	// quiet is how long a Job waits before anything is said.
	quiet = 2*time.Second + rounding
	// minGap is between two writes. Where nothing but the message is new, the
	// gap is as long as the status has stood already, so that a Job that waits
	// for hours for a set that fills is not written all the time; but never
	// longer than maxGap.
	minGap   = 10*time.Second + rounding
	maxGap   = 5 * time.Minute
	rounding = time.Second
	// settling is how long after its release a Job is told of it. Until then the Job controller
	// writes the status of a Job that starts; where somebody else writes it meanwhile, it tries
	// again a second later.
	settling = 2*time.Second + rounding
)

// Condition is what the gate says on a Job.
type Condition struct {
	Status          corev1.ConditionStatus
	Reason, Message string
	// Written is when it was written, and Since when its status last changed.
	Written, Since time.Time
}

// stale reports whether a condition is there that does not say that the
// dependencies are met.
func (c *Condition) stale() bool { return c != nil && c.Status != corev1.ConditionTrue }

// observeConditions keeps what is needed to say the next thing, and only of Jobs
// of which something may be left to say. A Job that was released without having
// been spoken of is told so only while it runs, or a gate that is new to a
// cluster would write to all that ever ran.
func (j *Job) observeConditions(list []batchv1.JobCondition, release *Release) {
	at := slices.IndexFunc(list, func(c batchv1.JobCondition) bool { return c.Type == ConditionType })
	over := j.Outcome() != lang.Undecided
	// What was said while it waited may have been written after the Job was failed.
	late := at >= 0 && j.Outcome() == lang.Skipped && list[at].Reason != j.Object.Reason
	if by := slices.IndexFunc(list, func(c batchv1.JobCondition) bool { return c.Type != ConditionType && isOurs(c.Reason) }); late && by >= 0 {
		j.Never = list[by].Message
	}
	if at >= 0 && (!over || late || release != nil && list[at].Status != corev1.ConditionTrue) {
		c := list[at]
		j.Condition = &Condition{
			Status: c.Status, Reason: c.Reason, Message: c.Message, Written: c.LastProbeTime.Time, Since: c.LastTransitionTime.Time,
		}
	}
	if release != nil && (j.Condition.stale() || at < 0 && !over && release.At.Sub(j.Created) >= quiet) {
		j.Release = release
	}
}

// Owed reports whether a Job that waits no more may carry a condition that says
// otherwise.
func (j Job) Owed() bool { return j.Release != nil || j.Condition.stale() }

// NextCondition returns what should be said of a Job after a decision about it,
// and whether it is anything new: then due is when it may be written. If it is
// not, due is when to look again, zero for never. A decision is only made anew
// when the verdict may change, and the message can change before that.
func NextCondition(job Job, d Decision, now time.Time) (c Condition, due time.Time, news bool) {
	c, due, news = nextCondition(job, d, now)
	if release := job.Release; news && release != nil && job.Outcome() == lang.Undecided {
		due = later(due, earlier(release.At, now).Add(settling))
	}
	return c, due, news
}

func nextCondition(job Job, d Decision, now time.Time) (c Condition, due time.Time, news bool) {
	c, ok := conditionOf(job, d)
	if !ok {
		return Condition{}, time.Time{}, false
	}
	c.Written, c.Since = now, now
	old := job.Condition
	if old == nil {
		return c, job.Created.Add(quiet), true
	}
	if old.Status == c.Status {
		c.Since = old.Since
	}
	same := old.Status == c.Status && old.Reason == c.Reason
	switch {
	case !same:
		return c, earlier(old.Written, now).Add(minGap), true
	case old.Message != c.Message:
		return c, earlier(old.Written, now).Add(gap(old.Since, old.Written)), true
	case d.Action == Waiting, d.Action == Opening:
		return c, now.Add(gap(old.Since, now)), false
	default:
		return c, time.Time{}, false
	}
}

// gap returns how long the message of a condition stays as it is that was
// written, or looked at, a time after its status changed.
func gap(since, at time.Time) time.Duration { return min(max(at.Sub(since), minGap), maxGap) }

// earlier keeps a time that another gate's clock wrote from being in the future.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// conditionOf returns the condition that follows from a decision, and whether
// any does. What a patch is about to change says nothing: the patch does, or the
// decision after it, unless the patch is refused.
func conditionOf(job Job, d Decision) (Condition, bool) {
	switch {
	case job.BeingDeleted:
	case (d.Action == Releasing || d.Action == Failing) && job.Refused != "":
		return say(ReasonPatchRefused, job.Refused), true
	case job.byElement():
		return say(d.Reason, d.Message), d.Action == Opening || d.Action == Waiting
	case job.Release != nil && job.Release.By == ByGate:
		return say(ReasonMet, "released: "+job.Release.why()+FarWords(job.Release.Far)), true
	case job.Release != nil:
		return say(ReasonForced, "released by "+cmp.Or(job.Release.By, "somebody")+", whatever its dependencies"), true
	case job.Never != "" && job.Condition != nil:
		return say(job.Object.Reason, job.Never), true
	case job.Released, job.Outcome() != lang.Undecided:
	case !job.AsksToWait():
		return say(ReasonNotAnnotated, "annotation "+DependsOnAnnotation+" was removed: nothing is waited for, and nobody releases the "+job.Noun()), job.Condition != nil
	case d.Action == Waiting, d.Reason == ReasonStartedUnheld:
		return say(d.Reason, d.Message), true
	case d.Reason == ReasonForeignOwner:
		// The status is somebody else's too. Only what is wrong there goes.
		return say(d.Reason, d.Message), job.Condition != nil
	}
	return Condition{}, false
}

func say(reason, message string) Condition {
	return Condition{Status: statusOf(reason), Reason: reason, Message: Clip(message, maxMessage)}
}

// why says in words because of what a Job was released.
func (r *Release) why() string {
	switch left := r.Met - len(r.Because); {
	case left <= 0:
		return strings.Join(r.Because, ", ")
	case len(r.Because) == 0:
		return fmt.Sprintf("%d checks", r.Met)
	default:
		return fmt.Sprintf("%s and %d more", strings.Join(r.Because, ", "), left)
	}
}

// statusOf returns the status that goes with a reason: False if it is known that
// the dependencies are not met, as things are or because a person said so, and
// Unknown if the gate cannot tell.
func statusOf(reason string) corev1.ConditionStatus {
	switch reason {
	case ReasonMet:
		return corev1.ConditionTrue
	case ReasonWaiting, ReasonLimitReached, ReasonTooManyStarting, ReasonHeld, ReasonCancelled, ReasonDependencyFailed, ReasonDependencyTimeout, ReasonRunFailed, ReasonNotTaken, ReasonDependencyCycle,
		ReasonElementFailed, ReasonElementTimeout:
		return corev1.ConditionFalse
	default:
		return corev1.ConditionUnknown
	}
}

// condition returns it as the API server takes it.
func (c Condition) condition() batchv1.JobCondition {
	return batchv1.JobCondition{
		Type: ConditionType, Status: c.Status, Reason: c.Reason, Message: c.Message,
		LastProbeTime: metav1.NewTime(c.Written), LastTransitionTime: metav1.NewTime(c.Since),
	}
}

// ConditionPatch returns the patch that writes a condition: of a Job, a strategic merge
// patch of its status. Conditions are merged by their type, so it touches no other, and
// nothing else of the status. The resourceVersion refuses it once the Job has changed: a
// condition from before the release that is written after it would be untrue, and might make
// the Job controller's next write a conflict, which costs that Job a second.
func ConditionPatch(job Job, c Condition) (Write, error) {
	if !job.IsJob() {
		return heldConditionWrite(job, c)
	}
	patch, err := encode(job, "condition", map[string]any{
		"metadata": map[string]any{"uid": job.UID, "resourceVersion": job.ResourceVersion},
		"status":   batchv1.JobStatus{Conditions: []batchv1.JobCondition{c.condition()}},
	})
	return Write{types.StrategicMergePatchType, "status", patch}, err
}
