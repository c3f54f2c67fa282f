package gate

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/lang"
)

// What keeps the result of a Job until the gate has read it.
const (
	// KeepResultAnnotation has the policies or the webhook of deploy/full add
	// ResultFinalizer and KeepResultLabel to the Pod template of the Job when it is
	// created, if the value is "true". So its result is kept though its pods go as soon as
	// it has finished.
	KeepResultAnnotation = "depctl.dev/keep-result"
	// KeepResultLabel marks the pods that have, or had, ResultFinalizer; its value is
	// "true". The policies write it.
	KeepResultLabel = "depctl.dev/keep-result"
	// ResultFinalizer keeps a pod until the gate has read the result of its Job, which
	// then removes it.
	ResultFinalizer = "depctl.dev/result"
	// ResultAnnotation is the result of a Job that has no pods, because completions is 0.
	ResultAnnotation = "depctl.dev/result"
)

// maxResult is how long a termination message may be, in bytes. The kubelet cuts what is
// longer to just that, and its share of messagesOfPod to each of many containers.
const (
	maxResult     = 4 << 10
	messagesOfPod = 12 << 10
)

// maxSeenResult is how long a result may be that is kept with the outcome of a Job that is
// gone, in bytes.
const maxSeenResult = 256

// remedy ends what is said of a result that is too long.
const remedy = "; write what is long to a volume or an object store, and its place as the result"

// keepsResult reports whether a Job asks that its result be kept.
func keepsResult(job *batchv1.Job) bool { return job.Annotations[KeepResultAnnotation] == "true" }

// resultContainer returns the name of the container that tells the result of a Job: of its
// template, because pods may get others before it.
func resultContainer(template *corev1.PodTemplateSpec) string {
	if name := template.Annotations[defaultContainerAnnotation]; name != "" {
		return name
	}
	if len(template.Spec.Containers) == 0 {
		return ""
	}
	return template.Spec.Containers[0].Name
}

// defaultContainerAnnotation names the container that kubectl means where none is named.
const defaultContainerAnnotation = "kubectl.kubernetes.io/default-container"

// Result is what the pods of one Job have told of its result so far. The zero Result has
// seen none.
type Result struct {
	told *lang.Result
	at   metav1.Time
}

// Add takes in a pod, if it is one of the Job and has succeeded. Of several that which
// finished first counts.
func (r *Result) Add(job Job, pod *corev1.Pod) {
	_, owner, ok := ObservePod(pod)
	if !ok || owner != job.Owner() || pod.Status.Phase != corev1.PodSucceeded {
		return
	}
	told, at := readPod(pod, job.ResultContainer)
	if r.told == nil || at.Before(&r.at) {
		r.told, r.at = told, at
	}
}

// Or returns the result that was finished first.
func (r Result) Or(other Result) Result {
	if r.told == nil || other.told != nil && other.at.Before(&r.at) {
		return other
	}
	return r
}

// Known reports whether a pod has told the result.
func (r Result) Known() bool { return r.told != nil }

// Of returns the result of a Job that has succeeded, of which these were all pods. One that
// no pod has told is lost.
func (r Result) Of(job Job) *lang.Result {
	switch n := job.Nudging.Successes; {
	case job.completions != 1 && job.completions >= 0:
		return lost("only a Job with one completion has a result, this one has %d", n)
	case job.completions < 0:
		return lost("only a Job with one completion has a result, and this one does not say how many it has: write spec.completions: 1")
	case r.told != nil:
		return r.told
	}
	return Untold()
}

// MayHaveResult reports whether a Job can have a result, which its pods tell.
func (j Job) MayHaveResult() bool { return j.completions == 1 }

// Untold is the result of a Job whose pods went before the gate had read it.
func Untold() *lang.Result {
	return lost("its pods went before its result was read; recreate the Job with annotation %s: \"true\", which keeps them until then", KeepResultAnnotation)
}

// In returns a Job with its result.
func (r Result) In(o *lang.Object) *lang.Object {
	known := *o
	known.Result = r.told
	return &known
}

func lost(format string, args ...any) *lang.Result {
	return &lang.Result{Lost: fmt.Sprintf(format, args...)}
}

// readPod returns what a pod tells, and when its container finished.
func readPod(pod *corev1.Pod, container string) (*lang.Result, metav1.Time) {
	all := pod.Status.ContainerStatuses
	at := slices.IndexFunc(all, func(s corev1.ContainerStatus) bool { return s.Name == container })
	if at < 0 || all[at].State.Terminated == nil {
		return lost("its pod %s has no container %q that has ended: annotation %s of the Pod template must name the one that tells the result",
			pod.Name, container, defaultContainerAnnotation), metav1.Time{}
	}
	ended := all[at].State.Terminated
	limit := maxResult
	if n := len(all) + len(pod.Status.InitContainerStatuses) + len(pod.Status.EphemeralContainerStatuses); n > 0 {
		limit = min(limit, messagesOfPod/n)
	}
	return ReadResult(ended.Message, container, limit), ended.FinishedAt
}

// ReadResult returns the result that a termination message is: a text without the white
// space at its end. A message that is as long as limit may have been cut.
func ReadResult(message, container string, limit int) *lang.Result {
	what := "the termination message of container " + container
	if len(message) >= limit {
		return lost("%s has %d bytes or more, where Kubernetes cuts it off: a result must be shorter than that%s", what, limit, remedy)
	}
	return readText(message, what)
}

// ReadDoneResult returns the result that ResultAnnotation is.
func ReadDoneResult(value string) *lang.Result {
	if len(value) >= maxResult {
		return lost("annotation %s has %d bytes: a result must be shorter than %d%s", ResultAnnotation, len(value), maxResult, remedy)
	}
	return readText(value, "annotation "+ResultAnnotation)
}

func readText(text, what string) *lang.Result {
	value := strings.TrimRightFunc(text, unicode.IsSpace)
	at, bad := unreadable(value)
	if !bad {
		return &lang.Result{Value: value}
	}
	r, _ := utf8.DecodeRuneInString(value[at:])
	found := fmt.Sprintf("a control character (%U)", r)
	if r == utf8.RuneError {
		found = "bytes that are no UTF-8 text"
	}
	return lost("%s has %s at byte %d: a result must be text, with tabs and line breaks at most; encode it, as with base64", what, found, at+1)
}

// unreadable returns where a text has something that is no text.
func unreadable(value string) (int, bool) {
	at := strings.IndexFunc(value, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r'
	})
	return at, at >= 0
}

// keptResult returns a result as it is kept with the outcome of a Job that is gone.
func keptResult(r *lang.Result) *lang.Result {
	if r == nil || r.Lost != "" || len(r.Value) <= maxSeenResult {
		return r
	}
	return lost("the Job is gone, and its result of %d bytes was not kept: only %d bytes are%s; or keep the Job longer, by ttlSecondsAfterFinished",
		len(r.Value), maxSeenResult, remedy)
}

// KeptPod is a pod that carries ResultFinalizer.
type KeptPod struct {
	Name, ResourceVersion string
	Owner                 Owner
	// Over reports whether nothing will come of the pod but its end: it has failed, or no
	// node has it.
	Succeeded, Over, BeingDeleted bool
}

// ObserveKept returns a pod that carries our finalizer, and whether it does.
func ObserveKept(pod *corev1.Pod) (KeptPod, bool) {
	p, owner, ok := ObservePod(pod)
	if !slices.Contains(pod.Finalizers, ResultFinalizer) {
		return KeptPod{}, false
	}
	return KeptPod{
		Name: pod.Name, ResourceVersion: pod.ResourceVersion, Owner: owner, Succeeded: p.Succeeded || !ok && pod.Status.Phase == corev1.PodSucceeded,
		Over: !ok || pod.Status.Phase == corev1.PodFailed || pod.DeletionTimestamp != nil && pod.Spec.NodeName == "" && pod.Status.Phase != corev1.PodSucceeded,

		BeingDeleted: pod.DeletionTimestamp != nil,
	}, true
}

// Lets reports whether a pod may go as far as its result is concerned. job is its Job, and
// there says whether that is known; owed, whether a Job that waits still has to get the
// result.
func (p KeptPod) Lets(job Job, there, owed bool) bool {
	switch {
	case p.Over:
		return true
	case !p.Succeeded:
		return false
	case !there:
		// The watch of its Job may be late, while nobody deletes the pod.
		return p.BeingDeleted
	case job.Outcome() == lang.Undecided:
		return job.BeingDeleted
	default:
		return job.Outcome() != lang.Succeeded || (job.Object.Result != nil || !job.MayHaveResult()) && !owed
	}
}

// FreePodPatch returns the strategic merge patch that takes our finalizer from a pod.
func FreePodPatch(p KeptPod) ([]byte, error) {
	return encode(Job{Namespace: p.Owner.Job.Namespace, Name: p.Owner.Job.Name}, "finalizer of a pod", map[string]any{
		"metadata": map[string]any{"$deleteFromPrimitiveList/finalizers": []string{ResultFinalizer}},
	})
}

// keepResult returns what a webhook changes in a new Job for its result: the finalizer
// that keeps its pods, where the Job asks for that, and not where it was copied.
func keepResult(job *batchv1.Job) []operation {
	template := &job.Spec.Template
	keep, has := keepsResult(job), slices.Contains(template.Finalizers, ResultFinalizer)
	var patch []operation
	if keep != has {
		finalizers := slices.DeleteFunc(slices.Clone(template.Finalizers), func(f string) bool { return f == ResultFinalizer })
		if keep {
			finalizers = append(finalizers, ResultFinalizer)
		}
		patch = append(patch, operation{"add", "/spec/template/metadata/finalizers", finalizers})
	}
	switch {
	case !keep || template.Labels[KeepResultLabel] == "true":
	case len(template.Labels) == 0:
		patch = append(patch, operation{"add", "/spec/template/metadata/labels", map[string]string{KeepResultLabel: "true"}})
	default:
		patch = append(patch, operation{"add", "/spec/template/metadata/labels/" + pointer(KeepResultLabel), "true"})
	}
	return patch
}
