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
	decode(Child(w.Root, "metadata"), &meta)
	o.Object["metadata"] = meta
	o.SetNamespace(w.Namespace)
	job := heldAsApplied(k, o, time.Time{})
	return job, job.Annotated
}

// heldKind returns of which kind the object is, if that can be held and is not Job.
func (w *Workload) heldKind() (kind.Kind, bool) {
	group, _, _ := strings.Cut(Word(w.Root, "apiVersion"), "/")
	return kind.HeldAs(group, w.Kind)
}

// heldAsApplied returns the facts of an object in a manifest, as AsApplied does of a Job.
func heldAsApplied(k kind.Kind, o *unstructured.Unstructured, now time.Time) gate.Job {
	if o.GetUID() != "" {
		return gate.ObserveHeld(k, o, status.Observe(k, o))
	}
	delete(o.Object, "status")
	_ = unstructured.SetNestedField(o.Object, true, strings.Split(k.HeldBy, ".")...)
	o.SetCreationTimestamp(metav1.NewTime(now))
	return gate.ObserveHeld(k, o, &lang.Object{Created: now})
}
