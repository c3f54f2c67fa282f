package cause

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// pulls are the reasons of an image that cannot be had.
var pulls = map[string]bool{
	"ErrImagePull": true, "ImagePullBackOff": true, "InvalidImageName": true, "ErrImageNeverPull": true, "ImageInspectError": true,
	"RegistryUnavailable": true, "SignatureValidationFailed": true,
}

// starting is a pod with a node of which a container does not start, or does not stay up.
func starting(c *Cause, _ Facts, pod *corev1.Pod) bool {
	for _, s := range statuses(pod) {
		w := s.State.Waiting
		switch {
		case w == nil, w.Reason == "", w.Reason == "ContainerCreating", w.Reason == "PodInitializing":
			continue
		case w.Reason == "CrashLoopBackOff":
			if c.exit(firstFailed(pod, true)) {
				return true
			}
		}
		c.Reason, c.Message, c.Container = w.Reason, oneLine(w.Message), s.Name
		if image := imageOf(pod, s.Name); pulls[w.Reason] && !strings.Contains(c.Message, image) {
			c.Message = fmt.Sprintf("image %q: %s", image, c.Message)
		}
		c.words = strings.ReplaceAll(strings.ReplaceAll(c.Message, pod.Name, ""), string(pod.UID), "")
		if pulls[w.Reason] {
			c.words = imageOf(pod, s.Name) // the back-off and the error are said in turn
		}
		return true
	}
	return c.exit(firstFailed(pod, true))
}

// exit says how a container has ended.
func (c *Cause) exit(s *corev1.ContainerStatus) bool {
	if s == nil {
		return false
	}
	end := s.State.Terminated
	if c.again = end == nil; c.again {
		end = s.LastTerminationState.Terminated
	}
	code := end.ExitCode
	c.Reason, c.Message, c.Container, c.ExitCode = end.Reason, oneLine(end.Message), s.Name, &code
	if c.Reason == "" {
		c.Reason = ReasonError
	}
	return true
}

// firstFailed returns the container of a pod that failed first: others may have been ended because of
// it. again looks also at those that are started again, as far as they are not ready.
func firstFailed(pod *corev1.Pod, again bool) *corev1.ContainerStatus {
	var first *corev1.ContainerStatus
	end := func(s *corev1.ContainerStatus) *corev1.ContainerStateTerminated {
		switch {
		case s.State.Terminated != nil:
			return s.State.Terminated
		case again && !s.Ready:
			return s.LastTerminationState.Terminated
		}
		return nil
	}
	list := statuses(pod)
	for i := range list {
		s := &list[i]
		if e := end(s); e == nil || e.ExitCode == 0 || first != nil && !e.FinishedAt.Time.Before(end(first).FinishedAt.Time) {
			continue
		}
		first = s
	}
	return first
}

// statuses returns those of all containers, in the order in which they start.
func statuses(pod *corev1.Pod) []corev1.ContainerStatus {
	return slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses)
}

func imageOf(pod *corev1.Pod, container string) string {
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if c.Name == container {
			return c.Image
		}
	}
	return ""
}
