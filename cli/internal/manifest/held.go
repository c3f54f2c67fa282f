package manifest

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
	"depctl.dev/gate/status"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// Held returns the facts of an object that is no Job and says what it waits for, and whether it is one.
func (w *Workload) Held() (gate.Job, bool) {
	k, is := w.heldKind()
	if !is {
		return gate.Job{}, false
	}
	o := &unstructured.Unstructured{Object: map[string]any{}}
	var meta map[string]any
	if decode(Child(w.Root, "metadata"), &meta); meta != nil {
		o.Object["metadata"] = meta
	}
	o.SetNamespace(w.Namespace)
	job := heldAsApplied(k, o, time.Time{})
	return job, job.Annotated
}

// CanBeHeld reports whether the object is of a kind beside Jobs that can be held.
func (w *Workload) CanBeHeld() bool {
	_, is := w.heldKind()
	return is
}

// heldKind returns of which kind the object is, if that can be held and is not Job.
func (w *Workload) heldKind() (kind.Kind, bool) {
	group, _, named := strings.Cut(Word(w.Root, "apiVersion"), "/")
	if !named {
		group = "" // the core group, in which "v1" is the version
	}
	return kind.HeldAs(group, w.Kind)
}

// heldAsApplied returns the facts of an object in a manifest, as AsApplied does of a Job.
func heldAsApplied(k kind.Kind, o *unstructured.Unstructured, now time.Time) gate.Job {
	if o.GetUID() != "" {
		return gate.ObserveHeld(k, o, status.Observe(k, o))
	}
	delete(o.Object, "status")
	gate.Hold(k, o)
	o.SetCreationTimestamp(metav1.NewTime(now))
	return gate.ObserveHeld(k, o, &lang.Object{Created: now})
}
