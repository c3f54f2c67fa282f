package gate

import (
	"slices"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Recreate returns the manifest that makes a Job again: what its maker wrote, as far
// as that can be known, without what the API server, the Job controller and the
// gate have added. It works on all fields, those too that this program does not
// know yet.
//
// A Job that waits is suspended from the start: it must not run where no policy
// holds it.
func Recreate(job *unstructured.Unstructured) *unstructured.Unstructured {
	anew := job.DeepCopy()
	stayAway(anew) // by the UID, which goes
	content := anew.Object
	delete(content, "status")
	metadata, _ := content["metadata"].(map[string]any)
	for _, field := range []string{
		"uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
		"managedFields", "selfLink",
	} {
		delete(metadata, field)
	}
	anew.SetAnnotations(without(anew.GetAnnotations(), ReleasedAnnotation, SeenAnnotation, PausedAnnotation, RankAnnotation, "batch.kubernetes.io/job-tracking"))
	finalizers := slices.DeleteFunc(anew.GetFinalizers(), func(f string) bool {
		return f == OutcomeFinalizer || f == metav1.FinalizerDeleteDependents || f == metav1.FinalizerOrphanDependents
	})
	if len(finalizers) == 0 {
		finalizers = nil
	}
	anew.SetFinalizers(finalizers)
	spec, _ := content["spec"].(map[string]any)
	if spec == nil {
		return anew
	}
	forget(anew, spec)
	delete(spec, "suspend")
	if _, annotated := anew.GetAnnotations()[DependsOnAnnotation]; annotated && anew.GetNamespace() != metav1.NamespaceSystem {
		spec["suspend"] = true
	}
	return anew
}

// forget takes out of the spec of a Job what others than its maker wrote there.
func forget(job *unstructured.Unstructured, spec map[string]any) {
	unstructured.RemoveNestedField(job.Object, "spec", "template", "metadata", "annotations", RankAnnotation)
	template := []string{"spec", "template", "metadata", "labels"}
	labels, _, _ := unstructured.NestedStringMap(job.Object, template...)
	ours := []string{GatedLabel}
	if _, annotated := job.GetAnnotations()[DependsOnAnnotation]; annotated {
		ours = append(ours, AwaitedLabel) // else it is the maker's own
	}
	if manual, _ := spec["manualSelector"].(bool); !manual {
		// By these the Job controller finds the pods of this very Job.
		generated := []string{batchv1.ControllerUidLabel, batchv1.JobNameLabel, "controller-uid", "job-name"}
		ours = append(ours, generated...)
		job.SetLabels(without(job.GetLabels(), generated...))
		delete(spec, "selector")
	}
	if labels = without(labels, ours...); len(labels) > 0 {
		_ = unstructured.SetNestedStringMap(job.Object, labels, template...)
	} else {
		unstructured.RemoveNestedField(job.Object, template...)
	}
	for _, field := range []string{nudgeDeadline, nudgeTTL} {
		if seconds, _ := spec[field].(int64); seconds == never {
			delete(spec, field)
		}
	}
	path := []string{"spec", "template", "spec", "schedulingGates"}
	gates, _, _ := unstructured.NestedSlice(job.Object, path...)
	others := slices.DeleteFunc(slices.Clone(gates), func(g any) bool {
		gate, _ := g.(map[string]any)
		return gate["name"] == SchedulingGate
	})
	switch {
	case len(others) == len(gates):
		return
	case len(others) > 0:
		_ = unstructured.SetNestedSlice(job.Object, others, path...)
	default:
		unstructured.RemoveNestedField(job.Object, path...)
	}
	// The release raised it, and the limit says what it was, or what came of it.
	limit, err := strconv.ParseInt(job.GetAnnotations()[ArrayLimitAnnotation], 10, 32)
	if parallelism, _ := spec["parallelism"].(int64); err == nil && 0 < limit && limit < parallelism {
		spec["parallelism"] = limit
	}
}

// stayAway takes out of the node affinity of a Job what its release has added.
func stayAway(job *unstructured.Unstructured) {
	release := parseRelease(job.GetAnnotations()[ReleasedAnnotation], job.GetUID())
	path := append([]string{"spec", "template", "spec"}, preferred[:]...)
	terms, _, _ := unstructured.NestedSlice(job.Object, path...)
	if release == nil || release.Near <= 0 || release.Near > len(terms) {
		return
	}
	if own := terms[:len(terms)-release.Near]; len(own) > 0 {
		_ = unstructured.SetNestedSlice(job.Object, own, path...)
		return
	}
	for at := len(path); at > 3; at-- {
		unstructured.RemoveNestedField(job.Object, path[:at]...)
		if left, _, _ := unstructured.NestedMap(job.Object, path[:at-1]...); len(left) > 0 {
			return
		}
	}
}

// without returns a map without some keys, nil if nothing is left.
func without(all map[string]string, keys ...string) map[string]string {
	for _, key := range keys {
		delete(all, key)
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
