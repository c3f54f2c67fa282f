package scheduler

import (
	"cmp"
	"context"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kube-scheduler/framework"
)

// Name is what a KubeSchedulerConfiguration calls the plugin.
const Name = "Rank"

// Rank is a QueueSort plugin. It has no state, so two of its answers never contradict each other.
type Rank struct{}

var _ framework.QueueSortPlugin = Rank{}

// New makes the plugin; it takes no arguments. It is a PluginFactory of kube-scheduler.
func New(context.Context, runtime.Object, framework.Handle) (framework.Plugin, error) {
	return Rank{}, nil
}

// Name returns Name.
func (Rank) Name() string { return Name }

// Less reports whether a is to be scheduled before b: by priority, then by rank, then by the time
// at which it was queued, as kube-scheduler does, and at last by its UID. It is a strict weak
// order. What it looks at changes in the queue only by an update of the pod, after which the queue
// puts the pod in its place anew.
func (Rank) Less(a, b framework.QueuedEntityInfo) bool {
	if x, y := a.GetPriority(), b.GetPriority(); x != y {
		return x > y
	}
	ours, theirs := find(a), find(b)
	return cmp.Or(
		cmp.Compare(theirs.rank, ours.rank),
		a.GetTimestamp().Compare(b.GetTimestamp()),
		cmp.Compare(ours.id, theirs.id),
	) < 0
}
