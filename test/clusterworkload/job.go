package clusterworkload

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
	"depctl.dev/test/simulation"
)

// settings start with this where a template tells the sandbox how pods end.
const settings = "sandbox.depctl.dev/"

// manifest returns a Job of a scenario as people would make it: it says nothing
// of suspend, and its pods end as they must.
func (g *Graph) manifest(job simulation.Job) *batchv1.Job {
	j := job.Manifest()
	j.Namespace = g.Spaces[j.Namespace]
	j.Spec.Suspend = nil
	if g.restless && job.Size > 0 && job.DependsOn == "" {
		// What the scenario does not know: one element after the other.
		j.Annotations = map[string]string{gate.DependsOnAnnotation: "self[i-1]"}
	}
	if job.DependsOn != "" {
		j.Annotations[gate.DependsOnAnnotation] = g.names.Replace(job.DependsOn)
	}
	if job.Size == 0 {
		j.Spec.BackoffLimit = new(int32)
	}
	pods := map[string]string{}
	switch ends := job.Ends; {
	case ends.Failed > 0:
		pods[settings+"fail-indexes"] = fmt.Sprintf("%d-%d", job.Size-ends.Failed, job.Size-1)
	case ends.Reason == batchv1.JobReasonDeadlineExceeded:
		pods[settings+"run-for"] = "1h"
		j.Spec.ActiveDeadlineSeconds = new(int64(1))
		// Where the Job controller ends the pod and then cannot write why, it
		// would take it for one that failed.
		j.Spec.BackoffLimit = new(int32(6))
	case ends.Reason != "":
		pods[settings+"exit-code"] = "3"
	}
	j.Spec.Template.Annotations = pods
	j.Spec.Template.Spec = corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyNever,
		Containers:    []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
	}
	return j
}
