package lookup

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"depctl.dev/gate"
	"depctl.dev/gate/status"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// Observe returns what expressions may learn of an object of a kind: what its status tells, and of a
// Deployment that waits whether it was skipped.
func Observe(k kind.Kind, o metav1.Object) *lang.Object {
	whole, is := o.(*unstructured.Unstructured)
	if _, waits := o.GetLabels()[gate.HeldLabel]; is && waits && k.Name == kind.Deployment {
		if job, err := ObserveDeployment(whole); err == nil {
			return job.Object
		}
	}
	return status.Observe(k, o)
}

// ObserveDeployment returns the facts of a Deployment, as the gate has them.
func ObserveDeployment(o *unstructured.Unstructured) (gate.Job, error) {
	d := &appsv1.Deployment{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, d); err != nil {
		return gate.Job{}, fmt.Errorf("deployment %s/%s is not as apps/v1 has it: %w", o.GetNamespace(), o.GetName(), err)
	}
	k, _ := kind.Of(kind.Deployment)
	return gate.ObserveDeployment(d, status.Observe(k, o)), nil
}
