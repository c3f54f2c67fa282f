package lookup

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
	"depctl.dev/gate/status"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// Observe returns what expressions may learn of an object of a kind: what its status tells, and of one
// that waits whether it was skipped.
func Observe(k kind.Kind, o metav1.Object) *lang.Object {
	whole, is := o.(*unstructured.Unstructured)
	if _, waits := o.GetLabels()[gate.HeldLabel]; is && waits && k.CanBeHeld() {
		return ObserveHeld(k, whole).Object
	}
	return status.Observe(k, o)
}

// ObserveHeld returns the facts of an object that is held, as the gate has them.
func ObserveHeld(k kind.Kind, o *unstructured.Unstructured) gate.Job {
	return gate.ObserveHeld(k, o, status.Observe(k, o))
}
