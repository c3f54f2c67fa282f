package simulation

import (
	"fmt"
	"math/rand/v2"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Adopt takes in a Job that another cluster has made.
func (c *Cluster) Adopt(job *batchv1.Job, ends Ending) {
	c.endings[job.UID] = ends
	c.jobs = append(c.jobs, job)
}

// Settle plays until nothing can happen any more. All is decided from scratch
// again and again, after every step of few Jobs and every few steps of many.
func (c *Cluster) Settle(r *rand.Rand) {
	parsed := map[Text]Parsed{}
	for {
		observed := make([]gate.Job, len(c.jobs))
		for at, job := range c.jobs {
			observed[at] = gate.Observe(job)
		}
		reference := Reference{Jobs: Place(observed), Now: Now, Parsed: parsed}
		refs := map[types.UID]lang.Ref{}
		for ref, job := range reference.Jobs {
			refs[job.UID] = ref
		}
		moved := c.Run(r)
		for range len(c.jobs) / 10 {
			c.Run(r)
		}
		for at, job := range c.jobs {
			switch d := reference.Decide(refs[job.UID], nil); d.Action {
			case gate.Releasing:
				c.change(at, release)
				moved = true
			case gate.Failing:
				c.change(at, func(j *batchv1.Job) { fail(j, d) })
				moved = true
			}
		}
		if !moved {
			return
		}
	}
}

func release(job *batchv1.Job) {
	job.Spec.Suspend = new(false)
	job.Annotations[gate.ReleasedAnnotation] = fmt.Sprintf(`{"uid":%q}`, job.UID)
}

func fail(job *batchv1.Job, d gate.Decision) {
	job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
		Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue, Reason: d.Reason,
	})
}

// End says in words how a Job has ended, or where it stands.
func End(job *batchv1.Job) string {
	if job == nil {
		return "absent"
	}
	if failed := condition(job, batchv1.JobFailed); failed != nil {
		return "failed: " + failed.Reason
	}
	switch {
	case condition(job, batchv1.JobComplete) != nil:
		return "complete"
	case job.Spec.Suspend != nil && *job.Spec.Suspend:
		return "held"
	default:
		return "running"
	}
}
