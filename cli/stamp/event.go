package stamp

import (
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

// OfEvent gives a Job what its pods get as results, and the key that tells the event from others,
// unless that is empty.
func OfEvent(job *unstructured.Unstructured, key string, results map[string]string) error {
	full := &batchv1.Job{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(job.Object, full); err != nil {
		return fmt.Errorf("the Job is not as batch/v1 has it: %w", err)
	}
	template := []string{"spec", "template", "metadata", "annotations"}
	annotations, _, err := unstructured.NestedStringMap(job.Object, template...)
	if err != nil {
		return fmt.Errorf("the annotations of the Pod template: %w", err)
	}
	if annotations == nil {
		annotations = map[string]string{}
	}
	size := int64(0)
	for name, value := range results {
		annotations[gate.ResultPrefix+name] = value
		size += int64(len(gate.ResultPrefix) + len(name) + len(value))
	}
	pods := slices.Max([]int32{1, ptr.Deref(full.Spec.Completions, 0), ptr.Deref(full.Spec.Parallelism, 0)})
	if what := gate.TooMuchForPods(size, int64(pods)); what != "" {
		return fmt.Errorf("the event and what is said about it %s", what)
	}
	if err := unstructured.SetNestedStringMap(job.Object, annotations, template...); err != nil {
		return fmt.Errorf("the annotations of the Pod template: %w", err)
	}
	if key != "" {
		of := job.GetAnnotations()
		of[gate.EventKeyAnnotation] = key // OfCronJob has made the map
		job.SetAnnotations(of)
	}
	return nil
}
