package scheduler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/kube-scheduler/framework"
	"pgregory.net/rapid"

	"depctl.dev/gate/rank"
	"depctl.dev/gate/scheduler"
)

// entity is what every entry of the scheduler's queue has.
type entity struct {
	framework.QueuedEntityInfo
	priority int32
	queued   time.Time
}

func (e entity) GetPriority() int32      { return e.priority }
func (e entity) GetTimestamp() time.Time { return e.queued }

// queuedPod is a pod in the queue, as the scheduler's own type shows it.
type queuedPod struct {
	entity
	pod *corev1.Pod
}

func (q queuedPod) GetPodInfo() framework.PodInfo { return podInfo{pod: q.pod} }

type podInfo struct {
	framework.PodInfo
	pod *corev1.Pod
}

func (p podInfo) GetPod() *corev1.Pod { return p.pod }

// queuedGroup is a group of pods in the queue.
type queuedGroup struct {
	entity
	name string
	pods []*corev1.Pod
}

func (q queuedGroup) GetUnscheduledPods() []*corev1.Pod { return q.pods }
func (q queuedGroup) GetNamespace() string              { return "ns" }
func (q queuedGroup) GetName() string                   { return q.name }

// pod has a rank, none if it is empty.
func pod(uid, says string) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid)}}
	if says != "" {
		p.Annotations = map[string]string{rank.Annotation: says}
	}
	return p
}

// at is a time of queueing, in seconds, with a priority.
func at(seconds int64, priority int32) entity {
	return entity{priority: priority, queued: time.Unix(seconds, 0)}
}

func TestLess(t *testing.T) {
	t.Parallel()
	one := func(seconds int64, priority int32, uid, rank string) framework.QueuedEntityInfo {
		return queuedPod{at(seconds, priority), pod(uid, rank)}
	}
	for name, test := range map[string]struct{ first, second framework.QueuedEntityInfo }{
		"a higher priority goes before a higher rank":             {one(9, 1, "a", ""), one(0, 0, "b", "99")},
		"a higher rank goes before an earlier pod":                {one(9, 0, "a", "7"), one(0, 0, "b", "6")},
		"a rank is a number, not a text":                          {one(9, 0, "a", "10"), one(0, 0, "b", "9")},
		"of the same rank, the earlier one":                       {one(1, 0, "b", "5"), one(2, 0, "a", "5")},
		"a pod without a rank goes after one that has some":       {one(9, 0, "a", "1"), one(0, 0, "b", "")},
		"a rank that is no number is none":                        {one(0, 0, "b", "soon"), one(1, 0, "a", "")},
		"a negative rank is none":                                 {one(0, 0, "b", "-5"), one(1, 0, "a", "")},
		"more than 64 bits are none":                              {one(9, 0, "a", "1"), one(0, 0, "b", "99999999999999999999")},
		"more than 30 days are 30 days":                           {one(0, 0, "b", "2592000"), one(1, 0, "a", "9999999999")},
		"of the same moment, the lower UID":                       {one(1, 0, "a", "5"), one(1, 0, "b", "5")},
		"a group has the highest rank of its pods":                {queuedGroup{at(9, 0), "g", []*corev1.Pod{pod("a", ""), pod("b", "7"), pod("c", "3")}}, one(0, 0, "d", "6")},
		"a group without pods has none":                           {one(9, 0, "d", "1"), queuedGroup{at(0, 0), "g", nil}},
		"of two groups of the same moment, the lower name":        {queuedGroup{at(0, 0), "g", nil}, queuedGroup{at(0, 0), "h", nil}},
		"what is neither pod nor group goes by priority":          {at(9, 1), one(0, 0, "a", "5")},
		"what is neither pod nor group goes by time, without one": {at(0, 0), one(1, 0, "a", "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.True(t, scheduler.Rank{}.Less(test.first, test.second))
			require.False(t, scheduler.Rank{}.Less(test.second, test.first))
		})
	}
}

func TestLessIsAStrictWeakOrder(t *testing.T) {
	t.Parallel()
	uids := rapid.SampledFrom([]string{"a", "b", "c"})
	ranks := rapid.SampledFrom([]string{"", "0", "1", "2", "x", "-1", "99999999999999999999"})
	any := rapid.Custom(func(t *rapid.T) framework.QueuedEntityInfo {
		e := at(rapid.Int64Range(0, 2).Draw(t, "queued"), rapid.Int32Range(0, 1).Draw(t, "priority"))
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return e
		case 1:
			pods := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *corev1.Pod { return pod("p", ranks.Draw(t, "rank")) }), 0, 3)
			return queuedGroup{e, uids.Draw(t, "name"), pods.Draw(t, "pods")}
		}
		return queuedPod{e, pod(uids.Draw(t, "uid"), ranks.Draw(t, "rank"))}
	})
	rapid.Check(t, func(t *rapid.T) {
		less := scheduler.Rank{}.Less
		a, b, c := any.Draw(t, "a"), any.Draw(t, "b"), any.Draw(t, "c")
		same := func(a, b framework.QueuedEntityInfo) bool { return !less(a, b) && !less(b, a) }
		require.False(t, less(a, a))
		require.False(t, less(a, b) && less(b, a))
		if less(a, b) && less(b, c) {
			require.True(t, less(a, c))
		}
		if same(a, b) && same(b, c) {
			require.True(t, same(a, c))
		}
	})
}

func BenchmarkLess(b *testing.B) {
	pods := make([]*corev1.Pod, 1000)
	for i := range pods {
		pods[i] = pod("p", "12")
	}
	for name, queued := range map[string]framework.QueuedEntityInfo{
		"pod":                 queuedPod{at(1, 0), pod("p", "12")},
		"group of 1,000 pods": queuedGroup{at(1, 0), "g", pods},
	} {
		b.Run(name, func(b *testing.B) {
			other := queuedPod{at(2, 0), pod("q", "12")}
			for b.Loop() {
				scheduler.Rank{}.Less(queued, other)
			}
		})
	}
}
