package gate

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// What the gate puts into the Pod template of a Job that it releases. No pods without
// one of the labels are watched.
const (
	// SchedulingGate keeps the scheduler from a pod until its element may run. The
	// gate adds it to the Pod template in the release, and removes it from each pod.
	SchedulingGate = "depctl.dev/depends-on"
	// GatedLabel marks the pods that have, or had, SchedulingGate; its value is
	// "true". The gate writes it.
	GatedLabel = "depctl.dev/gated"
	// AwaitedLabel marks the pods of a Job that somebody waits for, so that the gate
	// sees when they have succeeded; its value is "true". The gate adds it to the Pod
	// template in the release. Users may set it on a Job that waits for nothing and
	// is therefore released by nobody.
	AwaitedLabel = "depctl.dev/awaited"
)

// Pod is what is kept of a pod of a Job that is released element by element.
type Pod struct {
	Name            string
	UID             types.UID
	ResourceVersion string
	// Index is the completion index of its element, -1 if its Job is not Indexed.
	Index int64
	// Gate is the place of our scheduling gate among those of the pod, -1 if it is
	// not there: then the element has been released.
	Gate int
	// Skipped reports whether the gate has failed it.
	Succeeded, Skipped, Ended bool
	BeingDeleted              bool
	// Grouped reports whether the scheduler takes it together with the others of a
	// group, which are gated as long as one of them is.
	Grouped bool
	// Refused is why it could not be let go, or failed; nil if nothing was refused.
	Refused *Refusal
}

// Refusal is what the API server, or a policy or webhook there, said of a patch of a
// pod. It never changes once made.
type Refusal struct {
	Message string
	// Times is how often it was said, and Again when to ask again.
	Times int
	Again time.Time
}

// Owner is the Job that controls a pod, by its own word. Whoever makes a pod writes
// that word, so a pod counts only for a Job of its own namespace that has both the
// name and the UID.
type Owner struct {
	Job lang.Ref
	UID types.UID
}

// Owner returns the Job as its pods name it.
func (j Job) Owner() Owner { return Owner{Job: j.Identity(), UID: j.UID} }

// ObservePod returns the facts of a pod, the Job that controls it, and whether one
// does.
func ObservePod(pod *corev1.Pod) (p Pod, job Owner, ok bool) {
	owner := metav1.GetControllerOfNoCopy(pod)
	index, err := strconv.ParseInt(pod.Annotations[batchv1.JobCompletionIndexAnnotation], 10, 32)
	if owner == nil || owner.Kind != "Job" || owner.APIVersion != batchv1.SchemeGroupVersion.String() {
		return Pod{}, Owner{}, false
	}
	if err != nil {
		index = -1
	}
	return Pod{
		Name: pod.Name, UID: pod.UID, ResourceVersion: pod.ResourceVersion, Index: index,
		Gate: slices.IndexFunc(pod.Spec.SchedulingGates, func(g corev1.PodSchedulingGate) bool {
			return g.Name == SchedulingGate
		}),
		Succeeded:    pod.Status.Phase == corev1.PodSucceeded,
		Skipped:      pod.Status.Phase == corev1.PodFailed && isOurs(pod.Status.Reason),
		Ended:        pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed,
		BeingDeleted: pod.DeletionTimestamp != nil,
		Grouped:      pod.Spec.SchedulingGroup != nil,
	}, Owner{Job: lang.Job(pod.Namespace, owner.Name), UID: owner.UID}, true
}

// ComparePods orders the pods of a Job by index, those of one element by UID.
func ComparePods(a, b Pod) int {
	return cmp.Or(cmp.Compare(a.Index, b.Index), cmp.Compare(a.UID, b.UID))
}

// waits reports whether the pod waits for our gate to be removed.
func (p Pod) waits() bool { return p.Gate >= 0 && !p.Ended && !p.BeingDeleted }

// mayTry reports whether it is time to patch the pod.
func (p Pod) mayTry(now time.Time) bool { return p.Refused == nil || !now.Before(p.Refused.Again) }

// OpenPatch returns the JSON patch that lets the scheduler have a pod. It tests
// that the gate which it removes is ours. Where the pod takes tokens, it says who leads.
func OpenPatch(job Job, pod Pod, leader string) ([]byte, error) {
	path := "/spec/schedulingGates/" + strconv.Itoa(pod.Gate)
	operations := []operation{
		{"test", "/metadata/uid", pod.UID},
		{"test", path + "/name", SchedulingGate},
		{"remove", path, nil},
	}
	if leader != "" && job.ElementTakes() != nil {
		operations = append(operations, operation{"add", annotationPath(LeaderAnnotation), leader})
	}
	return encode(job, "release of an element", operations)
}

// FailPodPatch returns the strategic merge patch of the status of a pod that fails
// it: no node has seen it, so nobody else will. The resourceVersion is that of the
// state that was decided on. The Job controller counts it as a failure of its
// element, and makes another after its back-off until backoffLimitPerIndex is
// used up.
func FailPodPatch(job Job, f Failure) ([]byte, error) {
	return encode(job, "failure of an element", map[string]any{
		"metadata": map[string]any{"uid": f.Pod.UID, "resourceVersion": f.Pod.ResourceVersion},
		"status":   corev1.PodStatus{Phase: corev1.PodFailed, Reason: f.Reason, Message: Clip(f.Message, maxMessage)},
	})
}
