package admissioncases

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"depctl.dev/gate"
	"depctl.dev/lang/kind"
)

// HeldChange alters an object of a kind before it is written.
type HeldChange func(kind.Kind, *unstructured.Unstructured)

// HeldCase is an object of a kind that is held, and no Job. It is made and then changed, and something is
// stored in the end.
type HeldCase struct {
	Name string
	// Of says of which kinds it is; of all that are held if it is nil.
	Of func(kind.Kind) bool
	// Create alters an object that waits for nothing.
	Create HeldChange
	// Updates are written one after the other, each to what is stored by then.
	Updates []HeldChange
	// Held: something of ours keeps it from starting in the end, and the gate can find it.
	Held bool
	// Gone are annotations that must not be there in the end, Kept those that must.
	Gone, Kept []string
	// Gates are the scheduling gates of others in the end.
	Gates []string
}

// Is reports whether the case is one of a kind.
func (c HeldCase) Is(k kind.Kind) bool { return c.Of == nil || c.Of(k) }

// Wrong returns what is not as it must be in the end, in words; nothing if all is right.
func (c HeldCase) Wrong(k kind.Kind, stored *unstructured.Unstructured) (wrong []string) {
	ours, others := held(k, stored)
	if ours != c.Held {
		wrong = append(wrong, fmt.Sprintf("%s holds it: %t", k.HeldBy, ours))
	}
	if !slices.Equal(others, c.Gates) {
		wrong = append(wrong, fmt.Sprintf("it has gates %q of others", others))
	}
	if _, found := stored.GetLabels()[gate.HeldLabel]; c.Held && !found && c.isAnnotated(stored) {
		wrong = append(wrong, "the gate cannot find it")
	}
	for _, key := range c.Gone {
		if _, there := stored.GetAnnotations()[key]; there {
			wrong = append(wrong, key+" is there")
		}
	}
	for _, key := range c.Kept {
		if _, there := stored.GetAnnotations()[key]; !there {
			wrong = append(wrong, key+" is not there")
		}
	}
	return wrong
}

func (c HeldCase) isAnnotated(o *unstructured.Unstructured) bool {
	_, annotated := o.GetAnnotations()[gate.DependsOnAnnotation]
	return annotated
}

// held reports whether our gate is in the object, or its field is true, and which gates of others are there.
func held(k kind.Kind, o *unstructured.Unstructured) (ours bool, others []string) {
	if !k.Gated {
		ours, _ = kind.At(o.Object, k.HeldBy).(bool)
		return ours, nil
	}
	list, _ := kind.At(o.Object, k.HeldBy).([]any)
	for _, one := range list {
		if name, _ := kind.At(one.(map[string]any), "name").(string); name == gate.SchedulingGate {
			ours = true
		} else {
			others = append(others, name)
		}
	}
	return ours, others
}

// specs are the smallest that the API server takes.
var specs = map[string]string{
	"deployment": `{selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x}}, spec: {containers: [{name: main, image: none}]}}}`,
	"pod":        `{restartPolicy: Never, containers: [{name: main, image: none}]}`,
	"jobset":     `{replicatedJobs: [{name: workers, template: {spec: {template: {spec: {containers: [{name: main, image: none}]}}}}}]}`,
	"rayjob":     `{entrypoint: python tune.py, shutdownAfterJobFinishes: true}`,
}

// New returns the object of a case before anything is stored.
func (c HeldCase) New(k kind.Kind, name string) (*unstructured.Unstructured, error) {
	var spec map[string]any
	if err := yaml.Unmarshal([]byte(specs[k.Name]), &spec); err != nil {
		return nil, fmt.Errorf("reading the spec of a %s: %w", k.Name, err)
	}
	o := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	o.SetAPIVersion(gate.ResourceOf(k).GroupVersion().String())
	o.SetKind(k.Noun)
	o.SetName(name)
	c.Create(k, o)
	return o, nil
}

func both(changes ...HeldChange) HeldChange {
	return func(k kind.Kind, o *unstructured.Unstructured) {
		for _, change := range changes {
			change(k, o)
		}
	}
}

// let has nothing of ours hold the object, and says so where a field can.
func let(k kind.Kind, o *unstructured.Unstructured) {
	if !k.Gated {
		_ = unstructured.SetNestedField(o.Object, false, strings.Split(k.HeldBy, ".")...)
		return
	}
	_, others := held(k, o)
	gates(others...)(k, o)
}

// drop has the object say nothing of what holds it.
func drop(k kind.Kind, o *unstructured.Unstructured) {
	unstructured.RemoveNestedField(o.Object, strings.Split(k.HeldBy, ".")...)
}

func gates(names ...string) HeldChange {
	return func(k kind.Kind, o *unstructured.Unstructured) {
		list := make([]any, len(names))
		for i, name := range names {
			list[i] = map[string]any{"name": name}
		}
		_ = unstructured.SetNestedSlice(o.Object, list, strings.Split(k.HeldBy, ".")...)
	}
}

func note(key, value string) HeldChange {
	return func(_ kind.Kind, o *unstructured.Unstructured) {
		all := o.GetAnnotations()
		if all == nil {
			all = map[string]string{}
		}
		all[key] = value
		o.SetAnnotations(all)
	}
}

func forget(keys ...string) HeldChange {
	return func(_ kind.Kind, o *unstructured.Unstructured) {
		all := o.GetAnnotations()
		for _, key := range keys {
			delete(all, key)
		}
		o.SetAnnotations(all)
	}
}

func label(key, value string) HeldChange {
	return func(_ kind.Kind, o *unstructured.Unstructured) { o.SetLabels(map[string]string{key: value}) }
}

func owned(controller bool) HeldChange {
	return func(_ kind.Kind, o *unstructured.Unstructured) {
		o.SetOwnerReferences([]metav1.OwnerReference{{
			APIVersion: "example.com/v1", Kind: "Thing", Name: "owner", UID: "1", Controller: ptr.To(controller),
		}})
	}
}

// isReleased is what the gate writes, or a person, in one patch.
func isReleased(k kind.Kind, o *unstructured.Unstructured) {
	let(k, o)
	note(gate.ReleasedAnnotation, `{"uid":"`+string(o.GetUID())+`","by":"test"}`)(k, o)
}

// image changes the Pod template.
func image(name string) HeldChange {
	return func(k kind.Kind, o *unstructured.Unstructured) {
		containers := []any{map[string]any{"name": "main", "image": name}}
		_ = unstructured.SetNestedSlice(o.Object, containers, append(strings.Split(k.PodSpec, "."), "containers")...)
	}
}

func static(k kind.Kind, o *unstructured.Unstructured) {
	note("kubernetes.io/config.mirror", "x")(k, o)
	_ = unstructured.SetNestedField(o.Object, "node-0", "spec", "nodeName")
}
