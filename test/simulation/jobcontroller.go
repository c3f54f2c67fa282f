package simulation

import (
	"fmt"
	"math/rand/v2"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// Run lets the Job controller, the CronJob controller, the pods or the clean-up take one step with one
// of the Jobs. It returns false if nothing is left to be done.
func (c *Cluster) Run(r *rand.Rand) bool {
	if r.IntN(3) == 0 && c.pass() {
		return true
	}
	var ready []int
	for at, job := range c.jobs {
		if c.runs(job) {
			ready = append(ready, at)
		}
	}
	if len(ready) == 0 {
		return c.pass()
	}
	at := ready[r.IntN(len(ready))]
	job := c.jobs[at]
	if ended(job) || c.isOrphan(job) {
		c.Delete(job.Namespace, job.Name)
		return true
	}
	c.change(at, func(j *batchv1.Job) { c.advance(j, r) })
	return true
}

// runs reports whether something is to be done about a Job.
func (c *Cluster) runs(job *batchv1.Job) bool {
	switch {
	case c.isOrphan(job):
		return true
	case ended(job):
		return job.Spec.TTLSecondsAfterFinished != nil && job.DeletionTimestamp == nil && (c.Keeps == nil || !c.Keeps(job))
	case condition(job, batchv1.JobFailureTarget) != nil:
		return true
	default:
		return job.Spec.Suspend == nil || !*job.Spec.Suspend
	}
}

// advance takes a Job that may run one step further.
func (c *Cluster) advance(job *batchv1.Job, r *rand.Rand) {
	ends, status := c.endings[job.UID], &job.Status
	if target := condition(job, batchv1.JobFailureTarget); target != nil {
		c.end(job, batchv1.JobFailed, target.Reason)
		return
	}
	if status.StartTime == nil {
		status.StartTime, status.Active = new(c.now()), 1
		return
	}
	if status.Ready == nil && r.IntN(2) == 0 {
		status.Ready = new(int32(1))
		if job.Spec.Parallelism != nil {
			status.Ready = new(*job.Spec.Parallelism)
		}
		return
	}
	if job.Spec.CompletionMode != nil {
		if good := *job.Spec.Completions - ends.Failed; status.Succeeded < good {
			status.Succeeded++
			status.CompletedIndexes = upTo(0, status.Succeeded)
			return
		}
		if status.Failed < ends.Failed {
			status.Failed++
			status.FailedIndexes = new(upTo(status.Succeeded, status.Succeeded+status.Failed))
			return
		}
	}
	if ends.Reason != "" {
		c.end(job, batchv1.JobFailed, ends.Reason)
		return
	}
	c.end(job, batchv1.JobComplete, "")
}

func (c *Cluster) end(job *batchv1.Job, as batchv1.JobConditionType, reason string) {
	job.Status.Active, job.Status.Ready = 0, new(int32(0))
	if as == batchv1.JobComplete {
		job.Status.CompletionTime = new(c.now())
	}
	job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
		Type: as, Status: corev1.ConditionTrue, Reason: reason, LastTransitionTime: c.now(),
	})
}

// upTo returns the indexes from low up to, and without, high.
func upTo(low, high int32) string {
	if high-low == 1 {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d-%d", low, high-1)
}

func ended(job *batchv1.Job) bool {
	return condition(job, batchv1.JobComplete) != nil || condition(job, batchv1.JobFailed) != nil
}

func condition(job *batchv1.Job, kind batchv1.JobConditionType) *batchv1.JobCondition {
	for i := range job.Status.Conditions {
		if c := &job.Status.Conditions[i]; c.Type == kind && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}
