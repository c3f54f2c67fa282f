package simulation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

// CronJob is one CronJob of a scenario. It exists from the beginning.
type CronJob struct {
	Namespace, Name string
	// Every is how many minutes are between its scheduled times, 1, 2 or 3.
	Every int
	// Template is what its Jobs are, but for their names.
	Template Job
}

// Manifest returns the CronJob as somebody applies it.
func (j CronJob) Manifest() *batchv1.CronJob {
	template := j.Template.Manifest()
	return &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: j.Namespace, Name: j.Name},
		Spec: batchv1.CronJobSpec{
			Schedule: fmt.Sprintf("*/%d * * * *", j.Every),
			JobTemplate: batchv1.JobTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Annotations: template.Annotations, Labels: template.Labels}, Spec: template.Spec,
			},
		},
	}
}

// cronJobs makes up CronJobs that wait for the runs of one another. Each is named by a template, or waits
// for nothing.
func (d *draw) cronJobs(namespaces int) []CronJob {
	d.crons = make([]CronJob, 1+d.IntN(d.CronJobs))
	for k := range d.crons {
		d.crons[k] = CronJob{
			Namespace: string(rune('m' + d.IntN(namespaces))), Name: fmt.Sprintf("cron%d", k), Every: 1 + d.IntN(3),
			Template: Job{TTL: d.chance(60), Keeps: d.Steady || d.chance(70)},
		}
	}
	for k := range d.crons {
		if own := &d.crons[k]; k > 0 || d.chance(20) {
			own.Template.DependsOn = d.cronJob(own.Namespace, d.IntN(max(k, 1)), k)
			if d.chance(30) {
				own.Template.DependsOn += ", " + d.cronJob(own.Namespace, d.IntN(k+1), k)
			}
			own.Template.Policy = d.policy(own.Template.DependsOn)
		}
	}
	return d.crons
}

// cronJob is a check of runs of a CronJob, in a namespace and in the template of CronJob by, -1 for none. None waits for
// its own run of the same time.
func (d *draw) cronJob(namespace string, to, by int) string {
	name := "cronjob:" + d.crons[to].Name
	if other := d.crons[to].Namespace; other != namespace {
		name = "cronjob:" + other + "/" + d.crons[to].Name
	}
	switch {
	case to == by:
		return fmt.Sprintf(d.pick("finished(%s@-1)", "%s@-1", "(%s@-1 or failed(%[1]s@-1) or skipped(%[1]s@-1))"), name)
	case d.chance(20):
		name += d.pick("@-1", "@-2", "@+1")
	}
	return fmt.Sprintf(d.pick("%s", "%s", "%s", "finished(%s)", "failed(%s) >= 1", "succeeded(%s) >= 1", "skipped(%s) >= 1", "started(%s)"), name)
}

// CronEvent is one event of the watch of CronJobs.
type CronEvent struct {
	Type    watch.EventType
	CronJob *batchv1.CronJob
}

// Run is a Job that a CronJob has had.
type Run struct {
	// Of is the UID of the CronJob, and Time the scheduled time.
	Of   types.UID
	Time time.Time
	// Job is the UID of the Job. ByHand says that a person made it, and not the CronJob controller.
	Job    types.UID
	ByHand bool
}

// cron is a CronJob as its controller knows it.
type cron struct {
	object *batchv1.CronJob
	every  time.Duration
	// last is up to which time runs were started, and passed those that are still to be written to its status.
	last   time.Time
	passed []time.Time
}

// Revision returns the resourceVersion of the last change of anything.
func (c *Cluster) Revision() string { return strconv.Itoa(c.revision) }

// CronJob returns a CronJob, nil if it does not exist.
func (c *Cluster) CronJob(namespace, name string) *batchv1.CronJob {
	if one := c.cron(namespace, name); one != nil {
		return one.object
	}
	return nil
}

func (c *Cluster) cron(namespace, name string) *cron {
	for _, one := range c.crons {
		if one.object.Namespace == namespace && one.object.Name == name {
			return one
		}
	}
	return nil
}

// CreateCronJob makes a CronJob, where its name is not taken.
func (c *Cluster) CreateCronJob(j CronJob) {
	if c.cron(j.Namespace, j.Name) != nil {
		return
	}
	object := j.Manifest()
	object.UID = types.UID(fmt.Sprintf("%s-%d", j.Name, c.revision))
	one := &cron{every: time.Duration(j.Every) * time.Minute, object: object}
	c.crons = append(c.crons, one)
	c.changeCron(one, func(o *batchv1.CronJob) { o.CreationTimestamp = c.now() })
	one.last = one.object.CreationTimestamp.Time
}

// DeleteCronJob deletes a CronJob. Its Jobs go later.
func (c *Cluster) DeleteCronJob(namespace, name string) {
	if one := c.cron(namespace, name); one != nil {
		c.crons = slices.DeleteFunc(c.crons, func(o *cron) bool { return o == one })
		c.revision++
		gone := one.object.DeepCopy()
		gone.ResourceVersion = c.Revision()
		c.CronEvents = append(c.CronEvents, CronEvent{watch.Deleted, gone})
	}
}

// Suspend suspends a CronJob, or goes on with it.
func (c *Cluster) Suspend(namespace, name string) {
	if one := c.cron(namespace, name); one != nil {
		c.changeCron(one, func(o *batchv1.CronJob) { o.Spec.Suspend = new(o.Spec.Suspend == nil || !*o.Spec.Suspend) })
	}
}

// changeCron replaces a CronJob by a changed copy.
func (c *Cluster) changeCron(one *cron, do func(*batchv1.CronJob)) {
	kind := watch.Modified
	if one.object.ResourceVersion == "" {
		kind = watch.Added
	}
	c.revision++
	one.object = one.object.DeepCopy()
	do(one.object)
	one.object.ResourceVersion = c.Revision()
	c.CronEvents = append(c.CronEvents, CronEvent{kind, one.object})
}

// Tick makes the Job of the next scheduled time of a CronJob, after skipping some times. That is written to its status later.
func (c *Cluster) Tick(j CronJob, skips int, ends Ending) {
	one := c.cron(j.Namespace, j.Name)
	if one == nil {
		return
	}
	one.last = one.last.Truncate(one.every).Add(one.every * time.Duration(1+skips))
	if wait := one.last.Sub(c.now().Time); wait > 0 {
		c.waited += wait.Truncate(time.Second) + time.Second
	}
	c.start(j, one, one.last, fmt.Sprintf("%s-%d", j.Name, one.last.Unix()/60), ends)
	one.passed = append(one.passed, one.last)
}

// Repeat makes a Job of a scheduled time of a CronJob once more, so many times before its last one, as "depctl run --at"
// does.
func (c *Cluster) Repeat(j CronJob, back int, ends Ending) {
	one := c.cron(j.Namespace, j.Name)
	if one == nil || one.object.Status.LastScheduleTime == nil {
		return
	}
	at := one.object.Status.LastScheduleTime.Add(-one.every * time.Duration(back))
	if at.After(one.object.CreationTimestamp.Time) {
		c.start(j, one, at, fmt.Sprintf("%s-again-%d", j.Name, c.revision), ends)
	}
}

func (c *Cluster) start(j CronJob, one *cron, at time.Time, name string, ends Ending) {
	made := j.Template
	made.Namespace, made.Name = j.Namespace, name
	job := c.add(made, ends, func(job *batchv1.Job) {
		metav1.SetMetaDataAnnotation(&job.ObjectMeta, batchv1.CronJobScheduledTimestampAnnotation, at.UTC().Format(time.RFC3339))
		job.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(one.object, batchv1.SchemeGroupVersion.WithKind("CronJob"))}
		job.OwnerReferences[0].Controller = new(at.Equal(one.last))
	})
	c.Runs = append(c.Runs, Run{Of: one.object.UID, Time: at, Job: job.UID, ByHand: !at.Equal(one.last)})
}

// pass writes to the status of a CronJob that a time has passed, and reports whether there was one.
func (c *Cluster) pass() bool {
	for _, one := range c.crons {
		if len(one.passed) > 0 {
			at := one.passed[0]
			one.passed = one.passed[1:]
			c.changeCron(one, func(o *batchv1.CronJob) { o.Status.LastScheduleTime = new(metav1.NewTime(at)) })
			return true
		}
	}
	return false
}

// isOrphan reports whether the CronJob of a Job is gone.
func (c *Cluster) isOrphan(job *batchv1.Job) bool {
	return len(job.OwnerReferences) > 0 && job.DeletionTimestamp == nil &&
		!slices.ContainsFunc(c.crons, func(one *cron) bool { return one.object.UID == job.OwnerReferences[0].UID })
}

// PatchCronJob does what the API server would do for the merge patch with which the gate annotates a CronJob.
func (c *Cluster) PatchCronJob(namespace, name string, text []byte) (*batchv1.CronJob, error) {
	one := c.cron(namespace, name)
	if one == nil {
		return nil, apierrors.NewNotFound(cronJobs, name)
	}
	var patch batchv1.CronJob
	if err := json.Unmarshal(text, &patch); err != nil {
		return nil, err
	}
	if patch.UID != one.object.UID || patch.ResourceVersion != one.object.ResourceVersion {
		return nil, apierrors.NewConflict(cronJobs, name, nil)
	}
	c.changeCron(one, func(o *batchv1.CronJob) {
		for key, value := range patch.Annotations {
			metav1.SetMetaDataAnnotation(&o.ObjectMeta, key, value)
		}
	})
	return one.object, nil
}

var cronJobs = schema.GroupResource{Group: "batch", Resource: "cronjobs"}
