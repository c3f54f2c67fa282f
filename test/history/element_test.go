package history

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// at gives a Job the place of its event in the order of the cluster.
func at(version int) change {
	return func(j *batchv1.Job) { j.ResourceVersion = strconv.Itoa(version) }
}

// three makes a Job one that has three elements, these of them complete.
func three(completed string) change {
	return func(j *batchv1.Job) {
		j.Spec.CompletionMode, j.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](3)
		j.Status.CompletedIndexes = completed
	}
}

// element is a pod of an element of n/b, in a namespace.
func element(version int, namespace string, index int, gated bool) PodEvent {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: namespace, Name: "b-" + strconv.Itoa(index), UID: types.UID(namespace + strconv.Itoa(index)), ResourceVersion: strconv.Itoa(version),
		Annotations:     map[string]string{batchv1.JobCompletionIndexAnnotation: strconv.Itoa(index)},
		OwnerReferences: []metav1.OwnerReference{{Kind: "Job", Name: "b", UID: "uid-b", Controller: ptr.To(true)}},
	}}
	if gated {
		pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: schedulingGate}}
	}
	return PodEvent{At: time.Unix(int64(version), 0), Pod: pod}
}

func TestJudgeElements(t *testing.T) {
	t.Parallel()
	jobs := []Event{
		event(1, "a", at(1), three("")), event(2, "b", at(2), three(""), free("a[i]", "uid-b")), event(10, "a", at(10), three("1")),
	}
	for name, test := range map[string]struct {
		pods []PodEvent
		want []string
	}{
		"an element after its own is right": {
			pods: []PodEvent{element(3, "n", 1, true), element(11, "n", 1, false)},
		},
		"an element before its own is wrong": {
			pods: []PodEvent{element(3, "n", 1, true), element(4, "n", 1, false)},
			want: []string{"n/b: element 1 was let go too early: a[i]"},
		},
		"an element without the scheduling gate is wrong": {
			pods: []PodEvent{element(3, "n", 1, false)},
			want: []string{"n/b: pod b-1 of element 1 was made without the scheduling gate"},
		},
		"a pod of another namespace is no element": {
			pods: []PodEvent{element(3, "evil", 1, false), element(4, "evil", 2, true), element(5, "evil", 2, false)},
		},
		"an element after the last that is known of Jobs is not judged": {
			pods: []PodEvent{element(3, "n", 2, true), element(11, "n", 2, false)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, violations := JudgeElements(jobs, test.pods)
			require.Equal(t, test.want, violations)
		})
	}
}

func TestElementsAfterWhatIsGone(t *testing.T) {
	t.Parallel()
	array := func(version int) Event { return event(version, "b", at(version), three(""), free("a[i]", "uid-b")) }
	a := func(version int) Event { return event(version, "a", at(version), three("0-2"), complete) }
	pods := []PodEvent{element(5, "n", 1, true), element(6, "n", 1, false)}
	for name, test := range map[string]struct {
		jobs []Event
		want []string
	}{
		"what ended and went while the array was there counts": {
			jobs: []Event{array(1), a(2), gone(a(3)), array(9)},
		},
		"what went before the array was there does not": {
			jobs: []Event{a(2), gone(a(3)), array(4), array(9)},
			want: []string{"n/b: element 1 was let go too early: a[i]"},
		},
		"what was recreated does not": {
			jobs: []Event{array(1), a(2), gone(a(3)), event(4, "a", at(4), again), array(9)},
			want: []string{"n/b: element 1 was let go too early: a[i]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, violations := JudgeElements(test.jobs, pods)
			require.Equal(t, test.want, violations)
		})
	}
}
