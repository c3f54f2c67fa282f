package controller

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// keptStore is the reflector's store for the pods of Jobs that keep their result.
type keptStore struct{ *store }

var _ cache.TransformingStore = keptStore{}

// Add is called by the reflector with a pod that is new.
func (s keptStore) Add(object any) error { return s.Update(object) }

// Update is called by the reflector with a pod that changed.
func (s keptStore) Update(object any) error {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return fmt.Errorf("expected a Pod, the watch sent %T", object)
	}
	s.change(func() []lang.Ref { return s.take(pod) })
	return nil
}

func (s keptStore) take(pod *corev1.Pod) []lang.Ref {
	_, owner, _ := gate.ObservePod(pod)
	if owner.Job.Name == "" { // somebody's own, who copied the labels
		owner.Job = lang.Job(pod.Namespace, "")
	}
	s.dropKept(owner.Job, pod.Name)
	kept, ok := gate.ObserveKept(pod)
	if !ok {
		return nil
	}
	kept.Owner = owner
	s.keptPods[owner.Job] = append(slices.Clone(s.keptPods[owner.Job]), kept)
	affected := []lang.Ref{s.keyOf(owner.Job)}
	if e, known := s.owned(owner); known && kept.Succeeded {
		affected = append(affected, s.tells(e, pod)...)
	}
	return affected
}

// Delete is called by the reflector with the last state of a pod that is gone.
func (s keptStore) Delete(object any) error {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return fmt.Errorf("expected a Pod, the watch sent %T", object)
	}
	_, owner, _ := gate.ObservePod(pod)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropKept(owner.Job, pod.Name)
	return nil
}

// Replace is called by the reflector with all such pods, at the start and after a watch was
// lost.
func (s keptStore) Replace(objects []any, _ string) error {
	s.change(func() (affected []lang.Ref) {
		s.keptPods = map[lang.Ref][]gate.KeptPod{}
		for _, object := range objects {
			if pod, ok := object.(*corev1.Pod); ok {
				affected = append(affected, s.take(pod)...)
			}
		}
		return affected
	})
	return nil
}

// Resync does nothing: what changes is seen in the watch.
func (s keptStore) Resync() error { return nil }

// Transformer returns the function that strips a pod of what is not read of it.
func (s keptStore) Transformer() cache.TransformFunc { return bareResult }

// bareResult strips a pod of all but what bare leaves and what tells its result.
func bareResult(object any) (any, error) {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return object, nil
	}
	stripped, err := bare(object)
	if less, ok := stripped.(*corev1.Pod); ok {
		less.Finalizers, less.Spec.NodeName = pod.Finalizers, pod.Spec.NodeName
		less.Status.InitContainerStatuses, less.Status.EphemeralContainerStatuses = pod.Status.InitContainerStatuses, pod.Status.EphemeralContainerStatuses
		less.Status.ContainerStatuses = pod.Status.ContainerStatuses
	}
	return stripped, err
}

// openKept returns the Jobs of which pods are kept.
func (s *store) openKept() []lang.Ref {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []lang.Ref
	for identity := range s.keptPods {
		all = append(all, s.keyOf(identity))
	}
	return all
}
