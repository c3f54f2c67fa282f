package gate

import (
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// KindOfCronJobs returns the entry of CronJobs. What expressions ask about are their runs,
// which CronJobs has.
func KindOfCronJobs() Kind {
	return Kind{
		Name: lang.KindCronJob, Resource: batchv1.SchemeGroupVersion.WithResource("cronjobs"),
		Observe: func(*unstructured.Unstructured) (*lang.Object, error) { return &lang.Object{}, nil },
	}
}

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

// CronJobs are the CronJobs that are known, with their runs. It has no lock: whoever owns
// it lets one goroutine write at a time, and nobody read meanwhile.
type CronJobs struct {
	runs     map[lang.Ref]*schedule.Runs
	byUID    map[types.UID]lang.Ref
	children map[types.UID]map[types.UID]schedule.Child
}

// NewCronJobs returns none.
func NewCronJobs() *CronJobs {
	return &CronJobs{runs: map[lang.Ref]*schedule.Runs{}, byUID: map[types.UID]lang.Ref{}, children: map[types.UID]map[types.UID]schedule.Child{}}
}

// Set takes in a CronJob, whose Record is what is known of its earlier runs.
func (c *CronJobs) Set(facts schedule.CronJob) {
	ref := CronJobRef(facts.Namespace, facts.Name)
	if old := c.runs[ref]; old != nil && old.CronJob.UID != facts.UID {
		delete(c.byUID, old.CronJob.UID)
	}
	c.byUID[facts.UID] = ref
	c.gather(ref, facts)
}

func (c *CronJobs) gather(ref lang.Ref, facts schedule.CronJob) {
	children := make([]schedule.Child, 0, len(c.children[facts.UID]))
	for _, child := range c.children[facts.UID] {
		children = append(children, child)
	}
	c.runs[ref] = schedule.Gather(facts, children)
}

// Remove forgets a CronJob that is gone. Its Jobs may be there for a while.
func (c *CronJobs) Remove(ref lang.Ref) {
	if runs := c.runs[ref]; runs != nil {
		delete(c.byUID, runs.CronJob.UID)
		delete(c.runs, ref)
	}
}

// SetJob takes in a Job, and returns the CronJob of which it is a run, if that is known.
func (c *CronJobs) SetJob(job Job) (lang.Ref, bool) {
	if job.CronJob == "" {
		return lang.Ref{}, false
	}
	if c.children[job.CronJob] == nil {
		c.children[job.CronJob] = map[types.UID]schedule.Child{}
	}
	child := job.Run
	child.Object = job.Object
	c.children[job.CronJob][job.UID] = child
	return c.again(job.CronJob)
}

// RemoveJob forgets a Job that is gone, and returns the CronJob of which it was a run, if
// that is known.
func (c *CronJobs) RemoveJob(job Job) (lang.Ref, bool) {
	if job.CronJob == "" {
		return lang.Ref{}, false
	}
	if delete(c.children[job.CronJob], job.UID); len(c.children[job.CronJob]) == 0 {
		delete(c.children, job.CronJob)
	}
	return c.again(job.CronJob)
}

func (c *CronJobs) again(uid types.UID) (lang.Ref, bool) {
	ref, known := c.byUID[uid]
	if known {
		c.gather(ref, c.runs[ref].CronJob)
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
	return c.runs[c.byUID[job.CronJob]]
}

// ByUID returns the CronJob of a UID, and whether it is known.
func (c *CronJobs) ByUID(uid types.UID) (lang.Ref, bool) {
	ref, known := c.byUID[uid]
	return ref, known
}

// Children returns the Jobs of the CronJob of a UID that are its scheduled runs.
func (c *CronJobs) Children(uid types.UID) []schedule.Child {
	return slices.Collect(maps.Values(c.children[uid]))
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
	runs, answers := w.Schedules.Runs(ref.Object())
	if runs == nil {
		return nil, nil
	}
	subject := schedule.Subject{Time: w.Job.Created, Own: w.Schedules.Owner(w.Job)}
	if w.Job.CronJob != "" {
		subject.Time = w.Job.Run.Time
	}
	if subject.Time.IsZero() {
		return nil, nil // a Job that is still to be made
	}
	resolution := schedule.Resolve(subject, runs, ref.Offset(), answers)
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
