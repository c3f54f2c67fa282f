package stamp

import (
	"errors"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// noImage is that of a container that never runs. Nothing pulls it.
const noImage = "depctl.dev/never-runs"

// Done is a Job that somebody says is over, though it never ran.
type Done struct {
	Namespace, Name string
	// Run is the run whose step it is, empty for none.
	Run string
	// Result is what it says, empty for nothing.
	Result string
	// Failed says that it has failed, and Why in words.
	Failed bool
	Why    string
}

// Check returns why there can be no such Job, nil if there can.
func (d Done) Check() error {
	if found := validation.IsDNS1123Subdomain(d.Name); len(found) > 0 || len(d.Name) > longest {
		return fmt.Errorf("%q cannot be the name of a Job: write at most %d lower-case letters, digits, dots and dashes", d.Name, longest)
	}
	switch {
	case d.Run != "" && !lang.IsRunName(d.Run):
		return fmt.Errorf("%q cannot be the name of a run: it has 1 to 63 letters, digits, -, _ and ., and starts and ends with a letter or a digit", d.Run)
	case d.Failed && d.Result != "":
		return errors.New("a Job that failed has no result; say why it failed as its reason")
	case !d.Failed && d.Why != "":
		return errors.New("a reason is for a Job that failed; what a Job says that succeeded is its result")
	}
	if told := gate.ReadDoneResult(d.Result); told.Lost != "" {
		return errors.New(told.Lost)
	}
	return nil
}

// Job returns the Job as it is created. One that succeeds needs no pod, so Kubernetes completes it
// at once. One that fails has none either, and stays as it is until its status says so.
func (d Done) Job() *unstructured.Unstructured {
	spec := map[string]any{"template": map[string]any{"spec": map[string]any{
		"restartPolicy":   "Never",
		"securityContext": map[string]any{"runAsNonRoot": true, "seccompProfile": map[string]any{"type": "RuntimeDefault"}},
		"containers": []any{map[string]any{
			"name": "main", "image": noImage,
			"securityContext": map[string]any{"allowPrivilegeEscalation": false, "capabilities": map[string]any{"drop": []any{"ALL"}}},
		}},
	}}}
	if d.Failed {
		spec["parallelism"] = int64(0)
	} else {
		spec["completions"] = int64(0)
	}
	job := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "batch/v1", "kind": "Job", "spec": spec}}
	job.SetNamespace(d.Namespace)
	job.SetName(d.Name)
	if d.Run != "" {
		job.SetName(Name(d.Name, d.Run, 0, &batchv1.Job{}))
		job.SetLabels(map[string]string{gate.RunLabel: d.Run, gate.StepLabel: d.Name})
	}
	if !d.Failed { // one that says nothing has an empty result
		job.SetAnnotations(map[string]string{gate.ResultAnnotation: d.Result})
	}
	return job
}

// By returns the Job with who says that it is over.
func By(job *unstructured.Unstructured, person string) *unstructured.Unstructured {
	said := job.DeepCopy()
	annotations := said.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[gate.DoneByAnnotation] = gate.Person(person)
	said.SetAnnotations(annotations)
	return said
}

// Is reports whether a Job that is there is the one that was to be made, whoever made it.
func (d Done) Is(there *unstructured.Unstructured) bool {
	wanted := d.Job()
	_, said := there.GetAnnotations()[gate.DoneByAnnotation]
	field := "completions"
	if d.Failed {
		field = "parallelism"
	}
	n, found, err := unstructured.NestedInt64(there.Object, "spec", field)
	labels, want := there.GetLabels(), wanted.GetLabels()
	return said && found && err == nil && n == 0 && there.GetName() == wanted.GetName() &&
		there.GetAnnotations()[gate.ResultAnnotation] == d.Result &&
		labels[gate.RunLabel] == want[gate.RunLabel] && labels[gate.StepLabel] == want[gate.StepLabel]
}
