package gate

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/lang"
)

// Exits collects the exit codes of the pods of one Job, one pod after another, so
// that nobody has to have all of them in memory. The zero Exits has seen none.
type Exits struct {
	job      lastExit
	elements map[int64]lastExit
}

// lastExit is the exit code of the container that failed last.
type lastExit struct {
	code  int32
	at    metav1.Time
	known bool
}

// Add takes in a pod, if it is one of the Job and has failed. Of an element, as of the
// Job, the container that failed last in any pod counts.
func (x *Exits) Add(job Owner, pod *corev1.Pod) {
	p, owner, ok := ObservePod(pod)
	if !ok || owner != job || pod.Status.Phase != corev1.PodFailed {
		return
	}
	for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		ended := status.State.Terminated
		if ended == nil || ended.ExitCode == 0 {
			continue
		}
		x.job = x.job.or(ended)
		if p.Index >= 0 {
			if x.elements == nil {
				x.elements = map[int64]lastExit{}
			}
			x.elements[p.Index] = x.elements[p.Index].or(ended)
		}
	}
}

// or returns the later of two failures.
func (e lastExit) or(ended *corev1.ContainerStateTerminated) lastExit {
	if e.known && ended.FinishedAt.Before(&e.at) {
		return e
	}
	return lastExit{code: ended.ExitCode, at: ended.FinishedAt, known: true}
}

// In returns a Job with the exit codes of what has failed of it, and of its elements.
// What was known before stays. A failure of which no pod has told the exit code has
// lost it. What is kept grows with the pods, not with the size of the array, which
// its owner chooses.
func (x *Exits) In(o *lang.Object) *lang.Object {
	known := *o
	if known.Outcome == lang.Failed && known.Exit == nil {
		known.Exit = &lang.Exit{Code: x.job.code, Lost: !x.job.known}
	}
	if known.Array == nil {
		return &known
	}
	array, failed := *known.Array, FailedElements(o)
	array.Elements = maps.Clone(array.Elements)
	if array.Elements == nil {
		array.Elements = map[int64]lang.Element{}
	}
	for i, exit := range x.elements {
		if element := array.Elements[i]; failed.Contains(i) && !array.Told.Contains(i) {
			element.Exit = &lang.Exit{Code: exit.code}
			array.Elements[i] = element
		}
	}
	array.Told = array.Told.Union(failed)
	known.Array = &array
	return &known
}

// FailedElements returns the elements of a Job that have failed, as expressions count
// them; none if it is no array.
func FailedElements(o *lang.Object) lang.Indexes {
	switch array := o.Array; {
	case array == nil || o.Outcome == lang.Skipped:
		return nil
	case o.Outcome != lang.Undecided:
		return lang.Between(0, array.Size-1).Minus(array.Completed)
	default:
		return array.Failed.Minus(array.Completed)
	}
}
