package controller

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// learn reads the exit codes that a Job waits to know, from the pods of the
// prerequisites that failed. Nobody else's pods are ever read.
func (c *Controller) learn(ctx context.Context, decision gate.Decision) error {
	for _, reason := range decision.Reasons {
		o := reason.Object
		if len(reason.Check.Codes) == 0 || reason.Value != lang.Unknown || o == nil || o.Outcome != lang.Failed || o.Exit != nil {
			continue
		}
		pods, err := c.client.CoreV1().Pods(reason.Ref.Namespace).List(ctx,
			metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + o.UID})
		if err != nil {
			return fmt.Errorf("reading the exit code of %s: %w", reason.Ref, err)
		}
		c.store.learn(reason.Ref, o.UID, lastExit(pods.Items))
	}
	return nil
}

// learnElements reads the exit codes of elements that a Job waits to know.
func (c *Controller) learnElements(ctx context.Context, ref lang.Ref) error {
	for array, uid := range c.store.untold(ref) {
		pods, err := c.client.CoreV1().Pods(array.Namespace).List(ctx,
			metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + uid})
		if err != nil {
			return fmt.Errorf("reading the exit codes of %s: %w", array, err)
		}
		of := map[int64][]corev1.Pod{}
		for _, pod := range pods.Items {
			if index, err := strconv.ParseInt(pod.Annotations[batchv1.JobCompletionIndexAnnotation], 10, 64); err == nil {
				of[index] = append(of[index], pod)
			}
		}
		c.store.learnElements(array, uid, func(index int64) lang.Exit { return lastExit(of[index]) })
	}
	return nil
}

// lastExit returns the exit code of the container that failed last, in the pod
// that failed last; lost if no pod is left that says so.
func lastExit(pods []corev1.Pod) lang.Exit {
	exit, last := lang.Exit{Lost: true}, metav1.Time{}
	for i := range pods {
		if pods[i].Status.Phase != corev1.PodFailed {
			continue
		}
		for _, status := range slices.Concat(pods[i].Status.InitContainerStatuses, pods[i].Status.ContainerStatuses) {
			ended := status.State.Terminated
			if ended == nil || ended.ExitCode == 0 || !exit.Lost && ended.FinishedAt.Before(&last) {
				continue
			}
			exit, last = lang.Exit{Code: ended.ExitCode}, ended.FinishedAt
		}
	}
	return exit
}
