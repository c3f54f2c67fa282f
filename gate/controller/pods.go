package controller

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// pods are those of the Jobs that are released element by element. The store's
// lock guards them: a decision sees a Job and its pods at one moment.
type pods struct {
	// of has the pods of each Job, in the order of gate.ComparePods.
	of     map[gate.Owner][]gate.Pod
	synced bool
	// count is how many are kept of each namespace.
	count map[string]int
}

// mostPods is how many pods are kept of one namespace: more than a whole cluster of
// Kubernetes is made for. What is above that takes no memory, and waits.
const mostPods = 200_000

// list returns the pods of a Job; nil while they are not known.
func (p *pods) list(job gate.Owner) []gate.Pod {
	if !p.synced {
		return nil
	}
	if list := p.of[job]; list != nil {
		return list
	}
	return []gate.Pod{}
}

// set takes in the state of a pod. A state that is older than the one that is
// known says nothing.
func (p *pods) set(job gate.Owner, pod gate.Pod) {
	list := p.of[job]
	at, known := slices.BinarySearchFunc(list, pod, gate.ComparePods)
	switch {
	case !known && p.count[job.Job.Namespace] >= mostPods:
	case !known:
		p.of[job] = slices.Insert(list, at, pod)
		p.count[job.Job.Namespace]++
	case !older(pod.ResourceVersion, list[at].ResourceVersion):
		if pod.Gate == list[at].Gate {
			pod.Refused = list[at].Refused // nobody but the gate knows it
		}
		list[at] = pod
	}
}

// get returns a pod as it is known.
func (p *pods) get(job gate.Owner, pod gate.Pod) (gate.Pod, bool) {
	list := p.of[job]
	at, known := slices.BinarySearchFunc(list, pod, gate.ComparePods)
	if !known {
		return gate.Pod{}, false
	}
	return list[at], true
}

func (p *pods) remove(job gate.Owner, pod gate.Pod) {
	list := p.of[job]
	at, known := slices.BinarySearchFunc(list, pod, gate.ComparePods)
	if !known {
		return
	}
	p.less(job, 1)
	if list = slices.Delete(list, at, at+1); len(list) == 0 {
		delete(p.of, job)
		return
	}
	p.of[job] = list
}

// forget drops the pods of a Job.
func (p *pods) forget(job gate.Owner) {
	p.less(job, len(p.of[job]))
	delete(p.of, job)
}

func (p *pods) less(job gate.Owner, n int) {
	namespace := job.Job.Namespace
	if p.count[namespace] -= n; p.count[namespace] <= 0 {
		delete(p.count, namespace)
	}
}

// skipped returns the indexes of the elements that the gate has failed.
func (p *pods) skipped(job gate.Owner) lang.Indexes {
	var all []int64
	for _, pod := range p.of[job] {
		if pod.Skipped {
			all = append(all, pod.Index)
		}
	}
	return lang.Listed(all)
}

// podStore is the reflector's store for pods.
type podStore struct{ *store }

var _ cache.TransformingStore = podStore{}

// Add is called by the reflector with a pod that is new.
func (s podStore) Add(object any) error { return s.Update(object) }

// Update is called by the reflector with a pod that changed.
func (s podStore) Update(object any) error { return s.each(object, false) }

// Delete is called by the reflector with the last state of a pod that is gone.
func (s podStore) Delete(object any) error { return s.each(object, true) }

func (s podStore) each(object any, gone bool) error {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return fmt.Errorf("expected a Pod, the watch sent %T", object)
	}
	if p, owner, ok := gate.ObservePod(pod); ok {
		s.change(func() []lang.Ref {
			e, known := s.owned(owner)
			if known && e.job.Outcome() != lang.Undecided {
				return nil // nothing is left to decide about its pods
			}
			if gone {
				s.pods.remove(owner, p)
			} else {
				s.pods.set(owner, p)
			}
			given := s.elementChanged(owner, p, gone)
			if !known {
				return given // when the Job comes, its pods are looked at
			}
			if p.Succeeded {
				s.succeeded(e.job, p)
			}
			return append(append(s.skip(e, p), given...), e.job.Ref())
		})
	}
	return nil
}

// owned returns the Job that a pod names as its owner, if it is there.
func (s *store) owned(owner gate.Owner) (entry, bool) {
	e, known := s.entries[s.keyOf(owner.Job)]
	return e, known && e.job.UID == owner.UID
}

// skip takes in that the gate has failed a pod: its element has failed for those
// that wait for it, however often the Job controller tries again.
func (s podStore) skip(e entry, pod gate.Pod) []lang.Ref {
	if !pod.Skipped || e.job.Object.Array == nil || e.job.Object.Array.Failed.Contains(pod.Index) {
		return nil
	}
	e.job.Object = withFailed(e.job.Object, lang.Between(pod.Index, pod.Index))
	return s.put(e.job.Ref(), e)
}

// withFailed returns what is known of an array with more elements that failed.
func withFailed(o *lang.Object, more lang.Indexes) *lang.Object {
	known, array := *o, *o.Array
	array.Failed = array.Failed.Union(more)
	known.Array = &array
	return &known
}

// Replace is called by the reflector with all pods there are, at the start and
// after a watch was lost.
func (s podStore) Replace(objects []any, _ string) error {
	of, count := map[gate.Owner][]gate.Pod{}, map[string]int{}
	for _, object := range objects {
		pod, ok := object.(*corev1.Pod)
		if !ok {
			return fmt.Errorf("expected a Pod, the list has %T", object)
		}
		if p, owner, ok := gate.ObservePod(pod); ok {
			if count[pod.Namespace]++; count[pod.Namespace] <= mostPods {
				of[owner] = append(of[owner], p)
			}
		}
	}
	for _, list := range of {
		slices.SortFunc(list, gate.ComparePods)
	}
	s.change(func() (affected []lang.Ref) {
		s.pods = pods{of: of, count: count, synced: true}
		if s.limits != nil {
			affected = s.limits.relistedPods(of)
		}
		for ref, e := range s.entries {
			pods := of[e.job.Owner()]
			for _, pod := range pods {
				if pod.Succeeded && e.job.Outcome() == lang.Undecided {
					s.succeeded(e.job, pod)
				}
			}
			if e.job.Gated || len(pods) > 0 {
				affected = append(affected, ref)
			}
		}
		return affected
	})
	return nil
}

// Resync does nothing: what changes is seen in the watch.
func (s podStore) Resync() error { return nil }

// Transformer returns the function that strips a pod of what gate.ObservePod does
// not read.
func (s podStore) Transformer() cache.TransformFunc { return bare }

// bare strips a pod.
func bare(object any) (any, error) {
	if pod, ok := object.(*corev1.Pod); ok {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, ResourceVersion: pod.ResourceVersion,
				Annotations: pod.Annotations, OwnerReferences: pod.OwnerReferences, DeletionTimestamp: pod.DeletionTimestamp,
			},
			Spec:   corev1.PodSpec{SchedulingGates: pod.Spec.SchedulingGates, SchedulingGroup: pod.Spec.SchedulingGroup},
			Status: corev1.PodStatus{Phase: pod.Status.Phase},
		}, nil
	}
	return object, nil
}

// podAnswered takes in a pod as the API server returned it from a patch, without
// waiting for the watch. It says nothing of a pod that is gone by now.
func (s *store) podAnswered(patched *corev1.Pod) {
	pod, job, ok := gate.ObservePod(patched)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := slices.BinarySearchFunc(s.pods.of[job], pod, gate.ComparePods); known {
		s.pods.set(job, pod)
		s.elementChanged(job, pod, false) // that it was let go gives nobody anything
	}
}
