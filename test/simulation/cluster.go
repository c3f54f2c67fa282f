package simulation

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"depctl.dev/gate"
)

// Start is when the clock of every cluster starts, and Now what gates take for the
// time: later than whatever happens.
var (
	Start = time.Unix(1_700_000_000, 0)
	Now   = Start.AddDate(0, 0, 1)
)

// Cluster is an API server in memory with the Jobs of a scenario. What it has
// handed out it never changes.
type Cluster struct {
	// Events is all that ever happened, as one watch sends it.
	Events []Event
	// CronEvents is the same of CronJobs, and Runs are all Jobs that these ever had.
	CronEvents []CronEvent
	Runs       []Run
	// Keeps reports whether the time to live of a Job that has ended is not over yet. If it is nil, that may be
	// over at once.
	Keeps func(*batchv1.Job) bool

	jobs     []*batchv1.Job
	endings  map[types.UID]Ending
	results  map[types.UID]string
	crons    []*cron
	revision int
	// waited is how long it was waited for scheduled times.
	waited time.Duration
}

// Event is one event of the watch.
type Event struct {
	Type watch.EventType
	Job  *batchv1.Job
}

// NewCluster returns a cluster without Jobs.
func NewCluster() *Cluster {
	return &Cluster{endings: map[types.UID]Ending{}, results: map[types.UID]string{}}
}

// Jobs returns all that exist, in the order in which they were made.
func (c *Cluster) Jobs() []*batchv1.Job { return slices.Clone(c.jobs) }

// Get returns a Job, nil if it does not exist.
func (c *Cluster) Get(namespace, name string) *batchv1.Job {
	if at := c.find(namespace, name); at >= 0 {
		return c.jobs[at]
	}
	return nil
}

func (c *Cluster) find(namespace, name string) int {
	return slices.IndexFunc(c.jobs, func(j *batchv1.Job) bool { return j.Name == name && j.Namespace == namespace })
}

// Create makes a Job that ends like this. It returns false where the name is
// taken.
func (c *Cluster) Create(j Job, ends Ending) bool {
	if c.find(j.Namespace, j.Name) >= 0 {
		return false
	}
	c.add(j, ends, func(*batchv1.Job) {})
	return true
}

// add makes a Job whose name is free.
func (c *Cluster) add(j Job, ends Ending, with func(*batchv1.Job)) *batchv1.Job {
	job := j.Manifest()
	job.UID = types.UID(fmt.Sprintf("%s-%d", j.Name, c.revision))
	c.stamp(job)
	job.CreationTimestamp = c.now()
	with(job)
	c.endings[job.UID], c.results[job.UID] = ends, j.Result
	c.jobs = append(c.jobs, job)
	c.Events = append(c.Events, Event{watch.Added, job})
	return job
}

// Delete deletes a Job. One with a finalizer stays until that is gone.
func (c *Cluster) Delete(namespace, name string) {
	at := c.find(namespace, name)
	if at < 0 || c.jobs[at].DeletionTimestamp != nil {
		return
	}
	c.change(at, func(j *batchv1.Job) { j.DeletionTimestamp = new(c.now()) })
}

// Annotate sets an annotation of a Job, or takes it away if value is empty.
func (c *Cluster) Annotate(namespace, name, key, value string) {
	if at := c.find(namespace, name); at >= 0 {
		c.change(at, func(j *batchv1.Job) {
			if delete(j.Annotations, key); value != "" {
				metav1.SetMetaDataAnnotation(&j.ObjectMeta, key, value)
			}
		})
	}
}

// change replaces a Job by a changed copy, and returns that.
func (c *Cluster) change(at int, do func(*batchv1.Job)) *batchv1.Job {
	job := c.jobs[at].DeepCopy()
	do(job)
	c.stamp(job)
	if job.DeletionTimestamp != nil && len(job.Finalizers) == 0 {
		c.jobs = slices.Delete(c.jobs, at, at+1)
		c.Events = append(c.Events, Event{watch.Deleted, job})
		return job
	}
	c.jobs[at] = job
	c.Events = append(c.Events, Event{watch.Modified, job})
	return job
}

func (c *Cluster) stamp(job *batchv1.Job) {
	c.revision++
	job.ResourceVersion = strconv.Itoa(c.revision)
}

func (c *Cluster) now() metav1.Time {
	return metav1.NewTime(Start.Add(c.waited + time.Duration(c.revision)*time.Second))
}

// IsReleased reports whether a Job carries the record of its own release.
func IsReleased(job *batchv1.Job) bool { return gate.Observe(job).Released }
