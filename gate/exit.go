package gate

import (
	"slices"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/lang"
)

// LastExit returns the exit code of the container that failed last, in the pod
// that failed last; lost if no pod is left that says so.
func LastExit(pods []corev1.Pod) lang.Exit {
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

// ByIndex returns the pods of an array by the completion index of their elements.
func ByIndex(pods []corev1.Pod) map[int64][]corev1.Pod {
	of := map[int64][]corev1.Pod{}
	for _, pod := range pods {
		if index, err := strconv.ParseInt(pod.Annotations[batchv1.JobCompletionIndexAnnotation], 10, 64); err == nil {
			of[index] = append(of[index], pod)
		}
	}
	return of
}
