package scheduler

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kube-scheduler/framework"

	"depctl.dev/gate/rank"
)

// place is what decides of two of the same priority; id only if nothing else does.
type place struct {
	rank time.Duration
	id   string
}

// find looks into what is queued: a pod, or a group of pods, which has the highest rank of them.
// What the queue hands over promises neither, but is both in 1.37: depctl's tests run the real
// scheduler. Of anything else the rank is 0, as of a pod without one.
func find(queued framework.QueuedEntityInfo) place {
	switch q := queued.(type) {
	case interface{ GetPodInfo() framework.PodInfo }:
		pod := q.GetPodInfo().GetPod()
		return place{rank.Of(pod.Annotations), string(pod.UID)}
	case group:
		p := place{id: q.GetNamespace() + "/" + q.GetName()}
		for _, pod := range q.GetUnscheduledPods() {
			p.rank = max(p.rank, rank.Of(pod.Annotations))
		}
		return p
	}
	return place{}
}

// group is what a framework.PodGroupInfo and what is queued of one have in common.
type group interface {
	GetUnscheduledPods() []*corev1.Pod
	GetNamespace() string
	GetName() string
}
