package snapshot

import (
	"maps"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// RunOf returns the Job that Kubernetes would make of a CronJob for one of its times, as the
// admission policies would have it: suspended if it waits.
func RunOf(c *batchv1.CronJob, at, made time.Time) *batchv1.Job {
	template := c.Spec.JobTemplate.DeepCopy()
	facts := schedule.CronJob{Name: c.Name}
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: c.Namespace, Name: facts.JobName(at), Labels: template.Labels, Annotations: template.Annotations,
		CreationTimestamp: metav1.NewTime(made),
		OwnerReferences:   []metav1.OwnerReference{*metav1.NewControllerRef(c, batchv1.SchemeGroupVersion.WithKind("CronJob"))},
	}, Spec: template.Spec}
	if job.Annotations = maps.Clone(job.Annotations); job.Annotations == nil {
		job.Annotations = map[string]string{}
	}
	job.Annotations[batchv1.CronJobScheduledTimestampAnnotation] = at.UTC().Format(time.RFC3339)
	suspend, replace := true, batchv1.Failed // as the admission policies do
	if _, waits := job.Annotations[gate.DependsOnAnnotation]; waits {
		job.Spec.Suspend = &suspend
	}
	if _, uses := job.Annotations[gate.UsesAnnotation]; uses {
		job.Spec.Suspend, job.Spec.PodReplacementPolicy = &suspend, &replace
	}
	return job
}

// longAgo is before each run that an expression may mean: 64 of a yearly schedule.
const longAgo = 70 * 366 * 24 * time.Hour

// PutTemplate adds a CronJob of a file. How long it has been there nobody knows: so it has every
// earlier time of its schedule. @every alone counts from its creation, which is now.
func (w *World) PutTemplate(c *batchv1.CronJob) {
	facts := schedule.Observe(c)
	if facts.UID == "" {
		facts.UID = types.UID("cronjob " + facts.Namespace + "/" + facts.Name)
	}
	if facts.Created = w.Now.Truncate(time.Second); !strings.HasPrefix(facts.Schedule, "@every") {
		facts.Created = facts.Created.Add(-longAgo)
	}
	facts.Last, facts.Active = time.Time{}, nil
	ref := gate.CronJobRef(c.Namespace, c.Name)
	w.Templates[ref] = c
	w.PutCronJob(facts)
	w.enter(ref, c)
	if w.Kinds == nil {
		w.Kinds = gate.CronJobsOnly()
	}
}

// enter has the graph know what the template of a CronJob waits for.
func (w *World) enter(ref lang.Ref, c *batchv1.CronJob) {
	text, waits := c.Spec.JobTemplate.Annotations[gate.DependsOnAnnotation]
	if !waits {
		return
	}
	expr, err := lang.Parse(text)
	if err != nil {
		w.Invalid[ref] = err
		return
	}
	w.Graph.Set(ref, depgraph.Node{Object: w.Graph.Object(ref), Expr: expr})
}

// PutLive adds a CronJob of a cluster with its template, or replaces the one of the same name.
func (w *World) PutLive(c *batchv1.CronJob) {
	w.PutCronJob(schedule.Observe(c))
	w.Live[gate.CronJobRef(c.Namespace, c.Name)] = c
}

// EnterTemplates has the graph know what the next runs of CronJobs of a cluster wait for: of those without a
// Job that still waits or runs, which says it itself.
func (w *World) EnterTemplates() {
	going := map[lang.Ref]bool{}
	for _, job := range w.Jobs {
		if cronJob, is := w.CronJobs.Of(job); is && job.Outcome() == lang.Undecided {
			going[cronJob] = true
		}
	}
	for ref, c := range w.Live {
		delete(w.Invalid, ref)
		w.Graph.Set(ref, depgraph.Node{Object: w.Graph.Object(ref)})
		if !going[ref] {
			w.enter(ref, c)
		}
	}
}

// Template returns the CronJob of this name as it is written, nil if it was not read.
func (w *World) Template(ref lang.Ref) *batchv1.CronJob {
	if c := w.Templates[ref]; c != nil {
		return c
	}
	return w.Live[ref]
}

// MakeRun adds the Job of a CronJob for a scheduled time of which it has none, as the admission
// policies would have it, and returns it.
func (w *World) MakeRun(cronJob lang.Ref, at time.Time) lang.Ref {
	c := w.Template(cronJob).DeepCopy()
	c.UID = w.CronJobs.Runs(cronJob).CronJob.UID
	full := RunOf(c, at, later(at, w.Now))
	full.UID = types.UID("job " + full.Namespace + "/" + full.Name)
	job := gate.Observe(full)
	w.Add(job)
	w.NoteLength(full)
	ref := w.RefOf(job.Identity())
	w.Unmade[ref] = true
	return ref
}

// TakeForDone has a run of a CronJob that has succeeded, without a Job in the graph.
func (w *World) TakeForDone(cronJob lang.Ref, at time.Time) {
	runs := w.CronJobs.Runs(cronJob)
	name := runs.CronJob.JobName(at)
	o := &lang.Object{Created: at, Started: true, StartedAt: at, Outcome: lang.Succeeded, Finished: earlier(at, w.Now)}
	w.CronJobs.SetJob(gate.Job{
		Namespace: cronJob.Namespace, Name: name, UID: types.UID("done " + name), CronJob: runs.CronJob.UID,
		Run: schedule.Child{Name: name, UID: types.UID("done " + name), Created: at, Time: at}, Object: o,
	})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
