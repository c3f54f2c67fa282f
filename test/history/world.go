package history

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

// world is the Jobs at one moment of a history, as one of them may know them:
// those that exist, and those that ended and went while it waited. Rights are
// not asked: whoever may not look waits longer, never shorter.
type world struct {
	now  present
	one  *judged
	self lang.Ref
}

// present are the Jobs that exist, by namespace and name.
type present map[string]map[string]Event

func (p present) add(e Event) {
	if p[e.Job.Namespace] == nil {
		p[e.Job.Namespace] = map[string]Event{}
	}
	p[e.Job.Namespace][e.Job.Name] = e
}

func (p present) remove(e Event) { delete(p[e.Job.Namespace], e.Job.Name) }

// all yields the Jobs of all namespaces.
func (p present) all() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for _, jobs := range p {
			for _, e := range jobs {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// steps returns the Jobs of a namespace, as others name them: of the Jobs of a step, the latest.
func (p present) steps(namespace string) map[lang.Ref]Event {
	steps := map[lang.Ref]Event{}
	for _, e := range p[namespace] {
		if other, exists := steps[e.ref()]; !exists || e.later(other) {
			steps[e.ref()] = e
		}
	}
	return steps
}

// Object returns what is known of a Job.
func (w world) Object(ref lang.Ref) *lang.Object {
	if e, exists := w.event(ref); exists {
		return object(e)
	}
	if gone, ok := w.one.gone[ref]; ok {
		return object(gone)
	}
	return nil
}

// event returns the Job that a reference means: of the Jobs of a step, the latest.
func (w world) event(ref lang.Ref) (latest Event, exists bool) {
	if ref.Kind != lang.KindJob {
		return Event{}, false
	}
	if ref.Run == "" {
		e, exists := w.now[ref.Namespace][ref.Name]
		return e, exists && e.ref() == ref
	}
	latest, exists = w.now.steps(ref.Namespace)[ref]
	return latest, exists
}

func (e Event) later(than Event) bool {
	a, b := e.Job.CreationTimestamp, than.Job.CreationTimestamp
	return b.Before(&a) || a.Equal(&b) && e.Job.UID > than.Job.UID
}

// AbsentSince says nothing: nobody saw it go.
func (world) AbsentSince(lang.Ref) time.Time { return time.Time{} }

// Members returns the Jobs of a set.
func (w world) Members(set lang.Ref) (members []lang.Member, _ *lang.Problem) {
	if set.Kind != lang.KindJob {
		return nil, nil
	}
	matcher := lang.NewMatcher(set)
	add := func(ref lang.Ref, e Event) {
		if ref != w.self && ref.Namespace == set.Namespace && ref.Run == set.Run && matcher.Match(ref.Name, e.Job.Labels) {
			members = append(members, lang.Member{Name: ref.Name, Object: object(e)})
		}
	}
	steps := w.now.steps(set.Namespace)
	for ref, e := range steps {
		add(ref, e)
	}
	for ref, e := range w.one.gone {
		if _, exists := steps[ref]; !exists {
			add(ref, e)
		}
	}
	slices.SortFunc(members, func(a, b lang.Member) int { return strings.Compare(a.Name, b.Name) })
	return members, nil
}

// The labels of the steps of runs, and the annotation of how many there are.
const (
	runLabel  = "depctl.dev/run"
	stepLabel = "depctl.dev/step"
	runSize   = "depctl.dev/run-size"
)

func (e Event) ref() lang.Ref {
	ref := lang.Job(e.Job.Namespace, e.Job.Name)
	if ref.Run = e.Job.Labels[runLabel]; ref.Run != "" && e.Job.Labels[stepLabel] != "" {
		ref.Name = e.Job.Labels[stepLabel]
	}
	return ref
}

// object reads what an expression may learn about a Job.
func object(e Event) *lang.Object {
	job, status := e.Job, &e.Job.Status
	o := &lang.Object{UID: string(job.UID), Created: job.CreationTimestamp.Time}
	if job.Labels[runLabel] != "" {
		o.NamesRun = lang.NamesRun(job.Annotations[dependsOn], job.Labels[runLabel])
		o.RunSize, _ = strconv.ParseInt(job.Annotations[runSize], 10, 64)
	}
	ready := int32(0)
	if status.Ready != nil {
		ready = *status.Ready
	}
	o.Started = ready > 0 || status.Succeeded+status.Failed > 0 ||
		status.UncountedTerminatedPods != nil && len(status.UncountedTerminatedPods.Succeeded)+len(status.UncountedTerminatedPods.Failed) > 0
	wanted := int32(1)
	if job.Spec.Parallelism != nil {
		wanted = *job.Spec.Parallelism
	}
	if job.Spec.Completions != nil {
		wanted = min(wanted, *job.Spec.Completions-status.Succeeded)
	}
	o.Ready = ready > 0 && ready >= wanted
	switch {
	case e.Is(batchv1.JobComplete):
		o.Outcome, o.Started = lang.Succeeded, true
	case skipped(e) != "":
		o.Outcome, o.Reason = lang.Skipped, skipped(e)
	case e.Is(batchv1.JobFailed):
		o.Outcome, o.Started = lang.Failed, true
		for _, c := range status.Conditions {
			if c.Type == batchv1.JobFailed {
				o.Reason = c.Reason
			}
		}
	}
	if job.Spec.CompletionMode != nil && *job.Spec.CompletionMode == batchv1.IndexedCompletion && job.Spec.Completions != nil {
		o.Array = &lang.Array{Size: int64(*job.Spec.Completions), PerIndex: job.Spec.BackoffLimitPerIndex != nil}
		o.Array.Completed, _ = lang.ParseIndexes(status.CompletedIndexes)
		if status.FailedIndexes != nil {
			o.Array.Failed, _ = lang.ParseIndexes(*status.FailedIndexes)
		}
	}
	return o
}
