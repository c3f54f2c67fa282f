package schedule

import (
	"fmt"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

// Absence is why a CronJob has no Job for a time.
type Absence string

// The reasons.
const (
	// HasJob: it has one.
	HasJob Absence = ""
	// NoSuchTime: the CronJob does not run at that time.
	NoSuchTime Absence = "NoSuchTime"
	// NotDue: the time has not come.
	NotDue Absence = "NotDue"
	// IsSuspended: the CronJob is suspended.
	IsSuspended Absence = "Suspended"
	// IsForbidden: an earlier run is still active, and concurrencyPolicy is Forbid.
	IsForbidden Absence = "Forbid"
	// IsLate: startingDeadlineSeconds are over.
	IsLate Absence = "DeadlineOver"
	// NotStarted: it is due, and Kubernetes should start it.
	NotStarted Absence = "NotStarted"
	// IsMissed: Kubernetes went on without a Job.
	IsMissed Absence = "Missed"
	// IsGone: it ran, and its Job was deleted.
	IsGone Absence = "Gone"
	// IsLost: it ran, or may have, and nobody saw how it ended.
	IsLost Absence = "Lost"
	// NotSettled: Kubernetes has passed it; whether it ran is being looked up.
	NotSettled Absence = "Unsettled"
)

// Why returns why there is no Job for a time, and a sentence for people. now is by the API server's clock.
func (r *Runs) Why(t, now time.Time, answer Answer) (Absence, string) {
	c, t := &r.CronJob, second(t)
	if next, ok := r.Next(t.Add(-time.Second)); !ok || !next.Equal(t) {
		return NoSuchTime, fmt.Sprintf("cronjob %s has no run at %s", c, stamp(t)) + r.nearest(t)
	}
	run := r.At(t, answer)
	switch run.State {
	case Present:
		return HasJob, fmt.Sprintf("job %s/%s is the run of cronjob %s at %s", c.Namespace, run.Name, c, stamp(t))
	case Recorded:
		if run.Object.Outcome == lang.Skipped && run.Object.Reason == ReasonMissed {
			return IsMissed, c.missed(t)
		}
		return IsGone, fmt.Sprintf("the run of cronjob %s at %s %s, and its Job was deleted since", c, stamp(t), words[run.Object.Outcome])
	case Missed:
		return IsMissed, c.missed(t)
	case Lost, Forgotten:
		return IsLost, run.Object.Problem.Message
	case Unsettled:
		return NotSettled, fmt.Sprintf("Kubernetes has passed the run of cronjob %s at %s; whether it made a Job is being looked up", c, stamp(t))
	}
	switch {
	case t.After(now):
		sentence := fmt.Sprintf("the run of cronjob %s at %s is not due yet", c, stamp(t))
		if c.Suspended {
			sentence += ", and the CronJob is suspended"
		}
		return NotDue, sentence
	case c.Suspended:
		return IsSuspended, run.Object.Problem.Message
	case c.Deadline != nil && t.Add(*c.Deadline).Before(now):
		return IsLate, fmt.Sprintf("the run of cronjob %s at %s was not started within its startingDeadlineSeconds (%s), so Kubernetes leaves it out; %s",
			c, stamp(t), *c.Deadline, c.repair(t))
	case c.Policy == batchv1.ForbidConcurrent && len(c.Active) > 0:
		return IsForbidden, fmt.Sprintf("the run of cronjob %s at %s waits until job %s has ended: concurrencyPolicy is Forbid, and a held Job counts as active",
			c, stamp(t), strings.Join(c.Active, ", "))
	default:
		return NotStarted, fmt.Sprintf("the run of cronjob %s at %s is due, and Kubernetes has not started it; "+
			`"kubectl describe cronjob %s -n %s" shows its events`, c, stamp(t), c.Name, c.Namespace)
	}
}

func (c *CronJob) missed(t time.Time) string {
	why := "it was suspended, or kube-controller-manager was away"
	if c.Policy == batchv1.ForbidConcurrent {
		why = "concurrencyPolicy is Forbid and an earlier run was active, " + why
	}
	return fmt.Sprintf("Kubernetes passed the run of cronjob %s at %s without a Job (%s); %s", c, stamp(t), why, c.repair(t))
}

// nearest names the times around one that is none.
func (r *Runs) nearest(t time.Time) string {
	var near []string
	if previous, ok := r.Previous(t); ok {
		near = append(near, "the one before is at "+stamp(previous))
	}
	if next, ok := r.Next(t); ok {
		near = append(near, "the next one is at "+stamp(next))
	}
	if len(near) == 0 {
		return ""
	}
	return "; " + strings.Join(near, ", ")
}
