package stamp

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// OfCronJob returns a Job of a CronJob's template, for one of its scheduled times, or for
// none if that is zero. It is owned by the CronJob and not controlled by it.
func OfCronJob(cronJob *unstructured.Unstructured, name string, at time.Time, variables []Variable) *unstructured.Unstructured {
	template, _, _ := unstructured.NestedMap(cronJob.Object, "spec", "jobTemplate")
	job := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "batch/v1", "kind": "Job"}}
	if spec, ok := template["spec"].(map[string]any); ok {
		job.Object["spec"] = spec
	}
	of := &unstructured.Unstructured{Object: template}
	job.SetName(name)
	job.SetNamespace(cronJob.GetNamespace())
	job.SetLabels(of.GetLabels())
	annotations := of.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	if at.IsZero() {
		annotations["cronjob.kubernetes.io/instantiate"] = "manual" // as "kubectl create job --from" says it
	} else {
		annotations[batchv1.CronJobScheduledTimestampAnnotation] = at.Format(time.RFC3339)
	}
	job.SetAnnotations(annotations)
	_ = unstructured.SetNestedSlice(job.Object, []any{map[string]any{
		"apiVersion": cronJob.GetAPIVersion(), "kind": cronJob.GetKind(), "name": cronJob.GetName(), "uid": string(cronJob.GetUID()), "controller": false,
	}}, "metadata", "ownerReferences") // the metadata is a map
	for _, kind := range []string{"initContainers", "containers"} {
		Stamp{Variables: variables}.setVariables(job, kind)
	}
	return job
}
