package stamp

import (
	"maps"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
)

// Variable is an environment variable of all containers.
type Variable struct{ Name, Value string }

// Stamp is what a run writes on each of its steps.
type Stamp struct {
	Run, Step string
	// Name is that of the Job.
	Name string
	// Size is how many steps the run has in the namespace.
	Size int
	// FailFast and Deadline are for those that ask for it; empty and false if not.
	FailFast bool
	Deadline string
	// Scheduled is the time for which the run is made, zero for none.
	Scheduled time.Time
	Variables []Variable
}

// On returns a Job with the stamp.
func (s Stamp) On(job *unstructured.Unstructured) *unstructured.Unstructured {
	made := job.DeepCopy()
	made.SetName(s.Name)
	labels := maps.Clone(made.GetLabels())
	if labels == nil {
		labels = map[string]string{}
	}
	labels[gate.RunLabel], labels[gate.StepLabel] = s.Run, s.Step
	made.SetLabels(labels)
	annotations := maps.Clone(made.GetAnnotations())
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[gate.RunSizeAnnotation] = strconv.Itoa(s.Size)
	if s.FailFast {
		annotations[gate.FailFastAnnotation] = "true"
	}
	if s.Deadline != "" {
		annotations[gate.WaitTimeoutAnnotation] = s.Deadline
	}
	if !s.Scheduled.IsZero() {
		annotations[batchv1.CronJobScheduledTimestampAnnotation] = s.Scheduled.Format(time.RFC3339)
	}
	made.SetAnnotations(annotations)
	for _, kind := range []string{"initContainers", "containers"} {
		s.setVariables(made, kind)
	}
	return made
}

// setVariables writes the variables before those of the containers, which may speak of
// them, and in the place of those of the same name.
func (s Stamp) setVariables(job *unstructured.Unstructured, kind string) {
	path := []string{"spec", "template", "spec", kind}
	containers, found, err := unstructured.NestedSlice(job.Object, path...)
	if err != nil || !found || len(s.Variables) == 0 {
		return
	}
	for _, one := range containers {
		container, ok := one.(map[string]any)
		if !ok {
			continue
		}
		old, _ := container["env"].([]any)
		env := make([]any, 0, len(s.Variables)+len(old))
		for _, v := range s.Variables {
			env = append(env, map[string]any{"name": v.Name, "value": v.Value})
		}
		for _, v := range old {
			entry, _ := v.(map[string]any)
			if !slices.ContainsFunc(s.Variables, func(o Variable) bool { return entry["name"] == o.Name }) {
				env = append(env, v)
			}
		}
		container["env"] = env
	}
	_ = unstructured.SetNestedSlice(job.Object, containers, path...) // it was read from there
}

// Again returns the Job that takes the place of one of a run as its step.
func Again(job *unstructured.Unstructured, step, name string) *unstructured.Unstructured {
	made := gate.Recreate(job)
	made.SetName(name)
	labels := maps.Clone(made.GetLabels())
	labels[gate.StepLabel] = step
	made.SetLabels(labels)
	return made
}
