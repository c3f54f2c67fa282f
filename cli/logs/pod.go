package logs

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// pod is what matters of a pod of a Job.
type pod struct {
	namespace, name string
	uid, job        types.UID
	// index is which element of an array it is, -1 for none.
	index   int64
	started time.Time
	// over says that no container of it runs any more, and failed how that ended. why is
	// what is said of a pod that does not start.
	over, failed, gone bool
	why                string
	containers         []container
}

// container is one whose log was asked for.
type container struct {
	name string
	// started says that it has a log. over says that this log ends, and restarts is how
	// many came before it.
	started, over bool
	restarts      int32
}

// defaultContainer is kubectl's annotation.
const defaultContainer = "kubectl.kubernetes.io/default-container"

// observe reads a pod of a Job; nil for any other.
func (w which) observe(full *corev1.Pod) *pod {
	owner := metav1.GetControllerOfNoCopy(full)
	if owner == nil || owner.Kind != "Job" {
		return nil
	}
	p := &pod{
		namespace: full.Namespace, name: full.Name, uid: full.UID, job: owner.UID, index: -1, started: full.CreationTimestamp.Time,
		over:   full.Status.Phase == corev1.PodSucceeded || full.Status.Phase == corev1.PodFailed,
		failed: full.Status.Phase == corev1.PodFailed, why: whyWaiting(full),
	}
	text := cmp.Or(full.Labels[batchv1.JobCompletionIndexAnnotation], full.Annotations[batchv1.JobCompletionIndexAnnotation])
	if index, err := strconv.ParseInt(text, 10, 64); err == nil {
		p.index = index
	}
	if full.Status.StartTime != nil {
		p.started = full.Status.StartTime.Time
	}
	for _, name := range w.containers(full) {
		p.containers = append(p.containers, observeContainer(full, name, p.over))
	}
	return p
}

// order is that in which pods have started.
func order(a, b *pod) int {
	return cmp.Or(a.started.Compare(b.started), cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.index, b.index), cmp.Compare(a.name, b.name))
}

// which says which containers of a pod are meant.
type which struct {
	all  bool
	name string
}

// containers returns the names of the containers that are meant: as with kubectl, the one
// that the pod says, or the first. Where an init container has failed, no other has run.
func (w which) containers(full *corev1.Pod) []string {
	names := namesOf(full.Spec)
	switch {
	case w.all:
		return names
	case w.name != "" && !slices.Contains(names, w.name):
		return nil
	case w.name != "":
		return []string{w.name}
	}
	for _, s := range full.Status.InitContainerStatuses {
		if end := s.State.Terminated; end != nil && end.ExitCode != 0 && full.Status.Phase == corev1.PodFailed {
			return []string{s.Name}
		}
	}
	if name := full.Annotations[defaultContainer]; slices.Contains(names, name) {
		return []string{name}
	}
	if len(full.Spec.Containers) == 0 {
		return nil
	}
	return []string{full.Spec.Containers[0].Name}
}

// namesOf returns the names of all containers of a pod, in order.
func namesOf(spec corev1.PodSpec) []string {
	var names []string
	for _, c := range spec.InitContainers {
		names = append(names, c.Name)
	}
	for _, c := range spec.Containers {
		names = append(names, c.Name)
	}
	for _, c := range spec.EphemeralContainers {
		names = append(names, c.Name)
	}
	return names
}

// union returns all words of both lists, each once.
func union(words, more []string) []string {
	for _, word := range more {
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

func noContainer(name string, there []string) error {
	return fmt.Errorf("no pod has a container %q; there are %s", name, strings.Join(there, ", "))
}

// check returns an error if none of the pods of some Jobs will have a container.
func (w which) check(jobs []*batchv1.Job) error {
	var there []string
	for _, job := range jobs {
		there = union(there, namesOf(job.Spec.Template.Spec))
	}
	if w.name == "" || slices.Contains(there, w.name) {
		return nil
	}
	return noContainer(w.name, there)
}

func observeContainer(full *corev1.Pod, name string, over bool) container {
	c := container{name: name, over: over}
	status := &full.Status
	for _, s := range slices.Concat(status.InitContainerStatuses, status.ContainerStatuses, status.EphemeralContainerStatuses) {
		if s.Name != name {
			continue
		}
		ended, before := s.State.Terminated != nil, s.LastTerminationState.Terminated != nil
		c.started = s.State.Running != nil || ended || before
		c.over = over || ended || s.State.Running == nil && before
		c.restarts = s.RestartCount
	}
	return c
}

// whyWaiting returns what keeps a pod from starting, and does not end by itself.
func whyWaiting(full *corev1.Pod) string {
	status := &full.Status
	if status.Phase == corev1.PodFailed {
		return said(status.Reason, status.Message)
	}
	for _, s := range slices.Concat(status.InitContainerStatuses, status.ContainerStatuses) {
		if w := s.State.Waiting; w != nil && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing" && w.Reason != "CrashLoopBackOff" {
			return said(w.Reason, w.Message)
		}
	}
	for _, c := range status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason != corev1.PodReasonSchedulingGated {
			return said(c.Reason, c.Message)
		}
	}
	return ""
}

func said(reason, message string) string {
	if reason == "" || message == "" {
		return cmp.Or(reason, message)
	}
	return reason + ": " + message
}
