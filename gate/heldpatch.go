package gate

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/lang/kind"
)

// mirrorAnnotation is on the image of a static Pod, which a kubelet runs whatever the API server says.
const mirrorAnnotation = "kubernetes.io/config.mirror"

// HoldHeldPatch returns the JSON patch by which what is no Job waits when it is written: it is what the
// MutatingAdmissionPolicies of deploy/components do for the kinds that the table says are held, for API servers
// that have none. old is the object as it was, nil for a new one. It returns nil if the object may be stored
// as it is.
//
//   - hold: a new object is held, and has the label by which the gate finds it. It loses what it was copied with;
//   - keep: one that waits stays held, unless the write says that it is released. A new version waits anew. The
//     record of a release stays.
func HoldHeldPatch(old, o *unstructured.Unstructured) ([]byte, error) {
	k, is := kind.HeldAs(o.GroupVersionKind().Group, o.GetKind())
	if !is {
		return nil, fmt.Errorf("no %s of %s is held", o.GetKind(), o.GetAPIVersion())
	}
	w := heldWrite{k, o}
	var patch []operation
	if old == nil {
		patch = w.create()
	} else {
		patch = w.update(heldWrite{k, old})
	}
	if patch == nil {
		return nil, nil
	}
	text, err := json.Marshal(patch)
	if err != nil {
		return nil, fmt.Errorf("encoding the patch that holds %s %s/%s: %w", k.Noun, o.GetNamespace(), o.GetName(), err)
	}
	return text, nil
}

// heldWrite is an object of a kind that is held, as a write has it or as it was before.
type heldWrite struct {
	kind   kind.Kind
	object *unstructured.Unstructured
}

func (w heldWrite) create() []operation {
	var patch []operation
	waits := w.waits()
	if waits || !w.kind.Gated { // no scheduling gate is added later, so a Pod that does not wait now never will
		patch = w.without(ReleasedAnnotation, SeenAnnotation, w.memory())
	}
	if waits {
		patch = append(patch, w.hold()...)
		patch = append(patch, w.label()...)
	}
	return patch
}

func (w heldWrite) update(old heldWrite) []operation {
	if !w.waits() {
		return nil
	}
	uid := string(old.object.GetUID())
	record, recorded := w.annotation(ReleasedAnnotation), old.annotation(ReleasedAnnotation)
	was, is := isRecordOf(uid, recorded), isRecordOf(uid, record)
	again := w.kind.Versions && !(is && record != recorded) && w.isVersionAfter(old)
	waited := old.isHeld() && old.isAnnotated() && !was

	var patch []operation
	if again || waited && !is {
		patch = w.hold()
	}
	switch {
	case again:
		patch = append(patch, w.without(ReleasedAnnotation, SeenAnnotation)...)
	case was && record == "" && !w.kind.Gated: // what has lost its gate never gets it again
		patch = append(patch, operation{"add", annotationPath(ReleasedAnnotation), recorded})
	}
	if w.kind.Gated && (!waited || is) {
		return patch // what runs is not looked at any more
	}
	return append(patch, w.label()...)
}

// waits reports whether it is for us to say when the object starts.
func (w heldWrite) waits() bool {
	if !w.isAnnotated() || foreignOwnerOf(w.kind, w.object) != "" {
		return false
	}
	if !w.kind.Gated {
		return true
	}
	_, mirror := w.object.GetAnnotations()[mirrorAnnotation]
	node, _ := kind.At(w.object.Object, w.kind.PodSpec+".nodeName").(string)
	return !mirror && node == "" // else no scheduler sees it
}

func (w heldWrite) isAnnotated() bool {
	_, is := w.object.GetAnnotations()[DependsOnAnnotation]
	return is
}

func (w heldWrite) annotation(key string) string { return w.object.GetAnnotations()[key] }

func (w heldWrite) isHeld() bool {
	held, _ := heldBy(w.kind, w.object)
	return held
}

// isVersionAfter reports whether the write makes another version, which waits for something else.
func (w heldWrite) isVersionAfter(old heldWrite) bool {
	template := strings.TrimSuffix(w.kind.PodSpec, ".spec")
	return (!old.isAnnotated() || w.annotation(DependsOnAnnotation) != old.annotation(DependsOnAnnotation)) &&
		!reflect.DeepEqual(kind.At(w.object.Object, template), kind.At(old.object.Object, template))
}

// memory is the annotation in which the gate keeps more of an object of the kind, beside its release.
func (w heldWrite) memory() string {
	if w.kind.Versions {
		return MetAnnotation
	}
	return ConditionAnnotation
}

// hold returns what has the object held, nothing if it is.
func (w heldWrite) hold() []operation {
	if w.isHeld() {
		return nil
	}
	path := "/" + strings.ReplaceAll(w.kind.HeldBy, ".", "/")
	if !w.kind.Gated {
		return []operation{{"add", path, true}}
	}
	gates, _ := kind.At(w.object.Object, w.kind.HeldBy).([]any)
	return []operation{{"add", path, append(gates[:len(gates):len(gates)], map[string]any{"name": SchedulingGate})}}
}

// label returns what gives the object the label by which the gate finds it, nothing if it has it.
func (w heldWrite) label() []operation {
	labels := w.object.GetLabels()
	if _, is := labels[HeldLabel]; is {
		return nil
	}
	if len(labels) == 0 {
		return []operation{{"add", "/metadata/labels", map[string]string{HeldLabel: "true"}}}
	}
	return []operation{{"add", "/metadata/labels/" + pointer(HeldLabel), "true"}}
}

// without returns what takes annotations away.
func (w heldWrite) without(keys ...string) []operation {
	var patch []operation
	for _, key := range keys {
		if _, there := w.object.GetAnnotations()[key]; there {
			patch = append(patch, operation{"remove", annotationPath(key), nil})
		}
	}
	return patch
}
