package simulation

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// container is the one whose termination message is the result of a Job.
const container = "main"

// Result returns what the pod of a Job tells if it succeeds, also of a Job that is gone.
func (c *Cluster) Result(uid types.UID) string { return c.results[uid] }

// Pods returns the pods of a Job that have succeeded and tell a result. They go with their Job.
func (c *Cluster) Pods(namespace string, uid types.UID) []corev1.Pod {
	for _, job := range c.jobs {
		if job.UID != uid || job.Namespace != namespace || condition(job, batchv1.JobComplete) == nil || c.results[uid] == "" {
			continue
		}
		pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: job.Name + "-pod", UID: types.UID("pod of " + uid),
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
		}}
		pod.Status.Phase = corev1.PodSucceeded
		pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: container, State: corev1.ContainerState{
			Terminated: &corev1.ContainerStateTerminated{Message: c.results[uid] + "\n", FinishedAt: *job.Status.CompletionTime},
		}}}
		return []corev1.Pod{pod}
	}
	return nil
}

// asksResult is a check of a result. Where one is alone, why it is false does not depend on what is known first.
func (d *draw) asksResult(i int) string {
	name := d.name(i)
	for range 5 {
		if at := d.IntN(max(i, 1)); d.jobs[at].Result != "" {
			name = d.ref(i, at)
			break
		}
	}
	return fmt.Sprintf(d.pick("succeeded(%s, result=yes)", "succeeded(%s, result=no)", "succeeded(%s, result=no, result=maybe)"), name)
}
