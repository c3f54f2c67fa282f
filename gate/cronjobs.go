package gate

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// ObserveCronJob returns what matters of a CronJob.
func ObserveCronJob(object *unstructured.Unstructured) (schedule.CronJob, error) {
	var c batchv1.CronJob
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &c); err != nil {
		return schedule.CronJob{}, err
	}
	return schedule.Observe(&c), nil
}

// CronJobRef returns the reference to a CronJob.
func CronJobRef(namespace, name string) lang.Ref {
	return lang.Ref{Kind: lang.KindCronJob, Namespace: namespace, Name: name}
}

// observeChild returns the CronJob whose scheduled run a Job is, and which run.
func observeChild(job *batchv1.Job, object *lang.Object) (types.UID, schedule.Child) {
	for i := range job.OwnerReferences {
		if child, ok := schedule.ChildOf(job.OwnerReferences[i].UID, job, object); ok {
			return job.OwnerReferences[i].UID, child
		}
	}
	return "", schedule.Child{}
}

// Child returns the Job as the run of its CronJob, with what is known of it by now.
func (j Job) Child() schedule.Child {
	child := j.Run
	child.Object = j.Object
	return child
}

// CronJobs are the CronJobs that are known, with their runs. It has no lock: whoever owns
// it lets one goroutine write at a time, and nobody read meanwhile.
type CronJobs struct {
	runs     map[lang.Ref]*schedule.Runs
	byUID    map[owner]lang.Ref
	children map[owner]*schedule.Children
}

// owner is a CronJob as its Jobs name it. A Job of another namespace that says so is none of
// its runs, whoever made it.
type owner struct {
	namespace string
	uid       types.UID
}

// NewCronJobs returns none.
func NewCronJobs() *CronJobs {
	return &CronJobs{runs: map[lang.Ref]*schedule.Runs{}, byUID: map[owner]lang.Ref{}, children: map[owner]*schedule.Children{}}
}

// Clone returns the same CronJobs and runs, which change apart from these.
func (c *CronJobs) Clone() *CronJobs {
	own := NewCronJobs()
	for of, children := range c.children {
		own.children[of] = children.Clone()
	}
	for _, runs := range c.runs {
		own.Set(runs.CronJob)
	}
	return own
}

// Set takes in a CronJob, whose Record is what is known of its earlier runs.
func (c *CronJobs) Set(facts schedule.CronJob) {
	ref := CronJobRef(facts.Namespace, facts.Name)
	if old := c.runs[ref]; old != nil && old.CronJob.UID != facts.UID {
		delete(c.byUID, owner{facts.Namespace, old.CronJob.UID})
	}
	of := owner{facts.Namespace, facts.UID}
	if c.children[of] == nil {
		c.children[of] = schedule.NewChildren()
	}
	c.byUID[of] = ref
	c.runs[ref] = schedule.Gather(facts, c.children[of])
}

// Remove forgets a CronJob that is gone. Its Jobs may be there for a while.
func (c *CronJobs) Remove(ref lang.Ref) {
	if runs := c.runs[ref]; runs != nil {
		of := owner{ref.Namespace, runs.CronJob.UID}
		if delete(c.byUID, of); c.children[of].Len() == 0 {
			delete(c.children, of)
		}
		delete(c.runs, ref)
	}
}

// SetJob takes in a Job. It returns the CronJob of which it is a run, and whether that is known and
// the Job says anything new of the run.
func (c *CronJobs) SetJob(job Job) (lang.Ref, bool) {
	if job.CronJob == "" {
		return lang.Ref{}, false
	}
	of := owner{job.Namespace, job.CronJob}
	if c.children[of] == nil {
		c.children[of] = schedule.NewChildren()
	}
	changed := c.children[of].Set(job.Child())
	ref, known := c.byUID[of]
	return ref, known && changed
}

// RemoveJob forgets a Job that is gone, and returns the CronJob of which it was a run, if
// that is known.
func (c *CronJobs) RemoveJob(job Job) (lang.Ref, bool) {
	if job.CronJob == "" {
		return lang.Ref{}, false
	}
	of := owner{job.Namespace, job.CronJob}
	ref, known := c.byUID[of]
	if children := c.children[of]; children != nil {
		if children.Remove(job.UID); children.Len() == 0 && !known {
			delete(c.children, of)
		}
	}
	return ref, known
}

// Runs returns the runs of a CronJob, nil if it is not known.
func (c *CronJobs) Runs(ref lang.Ref) *schedule.Runs { return c.runs[ref.Object()] }

// Owner returns the runs of the CronJob of which a Job is one, nil if it is of none that
// is known.
func (c *CronJobs) Owner(job Job) *schedule.Runs {
	if job.CronJob == "" {
		return nil
	}
	return c.runs[c.byUID[owner{job.Namespace, job.CronJob}]]
}

// Of returns the CronJob of which a Job is a run, and whether it is known.
func (c *CronJobs) Of(job Job) (lang.Ref, bool) {
	ref, known := c.byUID[owner{job.Namespace, job.CronJob}]
	return ref, known
}

// Children returns the Jobs that are scheduled runs of a CronJob; none if it is not known.
func (c *CronJobs) Children(ref lang.Ref) *schedule.Children {
	if runs := c.runs[ref]; runs != nil {
		return c.children[owner{ref.Namespace, runs.CronJob.UID}]
	}
	return nil
}

// Refs returns all CronJobs that are known.
func (c *CronJobs) Refs() []lang.Ref {
	list := make([]lang.Ref, 0, len(c.runs))
	for ref := range c.runs {
		list = append(list, ref)
	}
	return list
}

// Schedules answers which runs a CronJob has.
type Schedules interface {
	// Runs returns the runs of a CronJob, nil if there is none, and what live GETs said of
	// their Jobs.
	Runs(cronJob lang.Ref) (*schedule.Runs, schedule.Answers)
	// Owner returns the runs of the CronJob of which a Job is one; nil if it is of none.
	Owner(job Job) *schedule.Runs
	// Ask says of which times a live GET of their Job is needed.
	Ask(cronJob lang.Ref, times []time.Time)
}

// resolve returns which runs of a CronJob ref means for the Job of the world; nil if
// there is no such CronJob.
func (w World) resolve(ref lang.Ref) (list []lang.Member, problem *lang.Problem) {
	if w.Schedules == nil {
		return nil, &lang.Problem{Code: lang.ProblemUnknownKind, Message: "the runs of CronJobs are not known here"}
	}
	resolution := w.Resolution(ref)
	if len(resolution.Ask) > 0 {
		w.Schedules.Ask(ref.Object(), resolution.Ask)
	}
	for _, run := range resolution.Runs {
		name := ""
		if !run.Time.IsZero() {
			name = run.Time.UTC().Format(time.RFC3339)
		}
		list = append(list, lang.Member{Name: name, Object: run.Object})
	}
	return list, resolution.Problem
}

// Resolution returns which runs of a CronJob ref means for the Job of the world; none if there is no
// such CronJob, or the Job is still to be made.
func (w World) Resolution(ref lang.Ref) schedule.Resolution {
	runs, answers := w.Schedules.Runs(ref.Object())
	subject := schedule.Subject{Time: w.Job.Created, Own: w.Schedules.Owner(w.Job)}
	if w.Job.CronJob != "" {
		subject.Time = w.Job.Run.Time
	}
	if runs == nil || subject.Time.IsZero() {
		return schedule.Resolution{}
	}
	return schedule.Resolve(subject, runs, ref.Offset(), answers)
}
