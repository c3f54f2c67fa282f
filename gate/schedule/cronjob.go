package schedule

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// CronJob is what matters of a CronJob.
type CronJob struct {
	Namespace, Name string
	UID             types.UID
	ResourceVersion string
	Created         time.Time
	// Schedule and Zone are as they are written; an empty Zone is UTC.
	Schedule, Zone string
	Suspended      bool
	Policy         batchv1.ConcurrencyPolicy
	// Deadline is its startingDeadlineSeconds; nil is none.
	Deadline *time.Duration
	// Last is its lastScheduleTime; zero if it never ran.
	Last time.Time
	// Active are the names of the Jobs that Kubernetes counts as running, held ones too.
	Active []string
	// Record is what its annotation says; zero if it is of another UID or says nothing.
	Record Record
	// DependsOn is the expression of its template.
	DependsOn string
}

// dependsOn is the gate's DependsOnAnnotation, which cannot be imported from below it.
const dependsOn = "depctl.dev/depends-on"

// Observe returns what matters of a CronJob.
func Observe(object *batchv1.CronJob) CronJob {
	spec := &object.Spec
	c := CronJob{
		Namespace: object.Namespace, Name: object.Name, UID: object.UID, ResourceVersion: object.ResourceVersion,
		Created: second(object.CreationTimestamp.Time), Schedule: spec.Schedule,
		Suspended: spec.Suspend != nil && *spec.Suspend, Policy: spec.ConcurrencyPolicy,
		DependsOn: spec.JobTemplate.Annotations[dependsOn],
	}
	if spec.TimeZone != nil {
		c.Zone = *spec.TimeZone
	}
	if spec.StartingDeadlineSeconds != nil {
		deadline := time.Duration(*spec.StartingDeadlineSeconds) * time.Second
		c.Deadline = &deadline
	}
	if object.Status.LastScheduleTime != nil {
		c.Last = second(object.Status.LastScheduleTime.Time)
	}
	for _, active := range object.Status.Active {
		c.Active = append(c.Active, active.Name)
	}
	if record := ParseRecord(object.Annotations[OutcomesAnnotation]); record.UID == object.UID {
		c.Record = record
	}
	return c
}

// Passed returns the time up to which Kubernetes starts no run any more: lastScheduleTime, else the
// creation.
func (c *CronJob) Passed() time.Time {
	if c.Last.After(c.Created) {
		return c.Last
	}
	return c.Created
}

// JobName returns the name that Kubernetes gives the Job of a scheduled time.
func (c *CronJob) JobName(t time.Time) string { return fmt.Sprintf("%s-%d", c.Name, t.Unix()/60) }

func (c *CronJob) String() string { return c.Namespace + "/" + c.Name }

// Child is a Job of a CronJob: of one time, or of none if somebody made it by hand.
type Child struct {
	Name    string
	UID     types.UID
	Created time.Time
	// Time is its scheduled time.
	Time   time.Time
	Object *lang.Object
}

// ChildOf returns a Job as a child of a CronJob, and whether it is one: it has an owner reference of
// that UID, controller or not, and a scheduled time. Its name says nothing.
func ChildOf(uid types.UID, job *batchv1.Job, object *lang.Object) (Child, bool) {
	t, ok := ScheduledTime(job)
	if !ok || !owned(uid, job) {
		return Child{}, false
	}
	return Child{Name: job.Name, UID: job.UID, Created: second(job.CreationTimestamp.Time), Time: t, Object: object}, true
}

// Outcome returns how a run ended, as the record has it; Undecided while it goes on.
func (c *Child) Outcome() Outcome {
	return Outcome{Time: c.Time, Outcome: c.Object.Outcome, Reason: c.Object.Reason, Created: c.Created, Finished: c.Object.Finished}
}

// ScheduledTime returns the scheduled time of a Job, and whether it has one.
func ScheduledTime(job *batchv1.Job) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, job.Annotations[batchv1.CronJobScheduledTimestampAnnotation])
	return second(t), err == nil
}

func owned(uid types.UID, job *batchv1.Job) bool {
	for _, owner := range job.OwnerReferences {
		if owner.UID == uid && owner.Kind == "CronJob" {
			return true
		}
	}
	return false
}
