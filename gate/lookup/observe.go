package lookup

import (
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
	object := status.Observe(k, o)
	whole, is := o.(*unstructured.Unstructured)
	if _, waits := o.GetLabels()[gate.HeldLabel]; !is || !waits || k.Name != kind.Deployment {
		return object
	}
	d := &appsv1.Deployment{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(whole.Object, d); err != nil {
		return object
	}
	return gate.ObserveDeployment(d, object).Object
}
