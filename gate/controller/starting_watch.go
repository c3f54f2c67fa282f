package controller

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/stream"
)

// unboundReflector returns what lists and watches the pods of Jobs that have no node. The Job
// controller labels all of its pods, so the template needs no mark: which are ours is known by
// their Jobs. A pod that gets its node leaves the watch.
func (c *Controller) unboundReflector(logger klog.Logger) *cache.Reflector {
	pods := c.client.CoreV1().Pods(metav1.NamespaceAll)
	only := metav1.ListOptions{
		LabelSelector: batchv1.ControllerUidLabel, FieldSelector: fields.OneTermEqualSelector("spec.nodeName", "").String(),
	}
	return stream.Resuming(c.client, pods, only, &corev1.Pod{}, unboundStore{c}, cache.ReflectorOptions{Name: "pods without a node", Logger: &logger})
}

// unboundStore is the reflector's store for pods without a node.
type unboundStore struct{ c *Controller }

var _ cache.ReflectorStore = unboundStore{}

func (s unboundStore) Add(object any) error { return s.Update(object) }

func (s unboundStore) Update(object any) error { return s.take(object, false) }

func (s unboundStore) Delete(object any) error { return s.take(object, true) }

func (s unboundStore) take(object any, gone bool) error {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return fmt.Errorf("expected a Pod, the watch sent %T", object)
	}
	job, l := gate.JobOfPod(pod), s.c.store.limits
	if waits, gated := gate.WaitsForNode(pod); waits && !gone && job != "" {
		s.c.decideAll(l.unbound(job, pod.Namespace, pod.UID, pod.CreationTimestamp.Time, gated))
		return nil
	}
	s.c.decideAll(l.bound(job, pod.UID))
	return nil
}

// Replace takes in all pods without a node.
func (s unboundStore) Replace(objects []any, _ string) error {
	exist := map[types.UID]bool{}
	for _, object := range objects {
		if pod, ok := object.(*corev1.Pod); ok {
			exist[pod.UID] = true
		}
		if err := s.Update(object); err != nil {
			return err
		}
	}
	l := s.c.store.limits
	s.c.decideAll(l.retain(exist))
	if l.knowUnbound() {
		s.c.decideAll(s.c.store.usingLimits())
	}
	return nil
}

// Resync does nothing: what changes is seen in the watch.
func (s unboundStore) Resync() error { return nil }

// knowUnbound notes that all pods without a node are known, and reports whether that is new.
func (l *limits) knowUnbound() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	fresh := !l.starting.listed
	l.starting.listed = true
	return fresh
}
