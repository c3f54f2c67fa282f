package imitation

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Job is a Job that has a number.
type Job struct {
	// ID is its number, and Size how many elements it has.
	ID   int64
	Size int
	// Name is as it was given, and User who submitted it.
	Name, User string
	Told       request.Submitted
	// Numbers are those of the elements; nil if it is no array.
	Numbers notation.Numbering
	// Limit is how many elements run at once, 0 for all.
	Limit    int
	Made     time.Time
	Full     *batchv1.Job
	Elements []Element

	facts gate.Job
}

// Observe returns a Job with the states of its elements, by its pods: those that live, and
// those that have failed as far as exit codes matter.
func Observe(job *batchv1.Job, pods []corev1.Pod) *Job {
	j := &Job{
		ID: request.IDOf(job), Size: request.SizeOf(job), User: job.Labels[request.UserLabel], Made: job.CreationTimestamp.Time,
		Full: job, facts: gate.Observe(job),
	}
	_ = json.Unmarshal([]byte(job.Annotations[request.SubmittedAnnotation]), &j.Told) // what cannot be read was not told
	j.Name = cmp.Or(j.Told.Name, job.Labels[request.NameLabel], job.Name)
	j.Numbers, _ = request.Numbers(job)
	if request.IsIndexed(job) && j.Numbers == nil {
		j.Numbers = notation.Numbering{{Last: j.Size - 1, Step: 1}} // of an annotation that cannot be read
	}
	j.Limit = j.atOnce()
	newest := newestPods(pods)
	j.Elements = make([]Element, j.Size)
	numbers := []int{0}
	if j.Numbers != nil {
		numbers = j.Numbers.All()
	}
	look := newLook(j)
	for i := range j.Elements {
		e := &j.Elements[i]
		e.Index, e.Task, e.ID = i, numbers[i], j.ID
		if j.Numbers != nil {
			e.ID = request.ElementID(j.ID, i, j.Size)
		}
		look.at(e, newest[i])
	}
	return j
}

// atOnce returns how many elements run at once, 0 for all.
func (j *Job) atOnce() int {
	if j.Numbers == nil {
		return 0
	}
	if n, err := strconv.Atoi(j.facts.ArrayLimit); err == nil {
		return n
	}
	if p := j.Full.Spec.Parallelism; p != nil && int(*p) < j.Size {
		return int(*p)
	}
	return 0
}

// newestPods returns the newest pod of each element.
func newestPods(pods []corev1.Pod) map[int]*corev1.Pod {
	newest := map[int]*corev1.Pod{}
	for i := range pods {
		index, _ := strconv.Atoi(pods[i].Annotations[batchv1.JobCompletionIndexAnnotation]) // 0 of no array
		if now := newest[index]; now == nil || now.CreationTimestamp.Before(&pods[i].CreationTimestamp) {
			newest[index] = &pods[i]
		}
	}
	return newest
}

// State returns that of the whole Job: the one of its elements that comes first in the
// order in which people wait for them.
func (j *Job) State() State {
	order := []State{Running, Suspended, Queued, Waiting, OutOfMemory, TimedOut, Lost, Failed, Cancelled, Unmet, Succeeded}
	best := len(order) - 1
	for i := range j.Elements {
		best = min(best, slices.Index(order, j.Elements[i].State))
	}
	return order[best]
}

// Ended reports whether nothing more comes of any element.
func (j *Job) Ended() bool {
	return !slices.ContainsFunc(j.Elements, func(e Element) bool { return !e.State.Ended() })
}

// Element returns the one with a number that people know.
func (j *Job) Element(task int) (*Element, bool) {
	if j.Numbers == nil {
		return nil, false
	}
	i, ok := j.Numbers.Index(task)
	if !ok || i >= len(j.Elements) {
		return nil, false
	}
	return &j.Elements[i], true
}

// DependsOn returns the expression that the Job waits for.
func (j *Job) DependsOn() string { return j.facts.DependsOn }

// Outcome returns the outcome that those see who wait for the Job.
func (j *Job) Outcome() lang.Outcome { return j.facts.Outcome() }
