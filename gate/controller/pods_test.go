package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// claimedBy returns a pod as somebody makes it who says that it is one of a Job.
func claimedBy(owner gate.Owner, index string, with ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: owner.Job.Namespace, Name: owner.Job.Name + "-" + index, ResourceVersion: "5",
		Labels: map[string]string{gate.GatedLabel: "true"}, Annotations: map[string]string{},
		OwnerReferences: []metav1.OwnerReference{{
			APIVersion: "batch/v1", Kind: "Job", Name: owner.Job.Name, UID: owner.UID, Controller: ptr.To(true),
		}},
	}}
	pod.UID = "uid-" + types.UID(pod.Name)
	if index != "" {
		pod.Annotations[batchv1.JobCompletionIndexAnnotation] = index
	}
	for _, change := range with {
		change(pod)
	}
	return pod
}

func gatedPod(p *corev1.Pod) {
	p.Name, p.UID = p.Name+"-real", p.UID+"-real"
	p.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
}

// byElement makes a Job one that was released element by element.
func byElement(size int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Spec.CompletionMode, j.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To(size)
		j.Spec.Suspend = ptr.To(false)
		if j.Annotations == nil {
			j.Annotations = map[string]string{}
		}
		j.Annotations[gate.ReleasedAnnotation] = `{"uid":"` + string(j.UID) + `"}`
		j.Annotations[gate.ArrayLimitAnnotation] = "1"
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
	}
}

// A pod is stripped before it is read: what is kept must say the same.
func TestAStrippedPodSaysTheSame(t *testing.T) {
	t.Parallel()
	name := "group"
	full := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "n", Name: "load-3", UID: "u", ResourceVersion: "7", Annotations: map[string]string{batchv1.JobCompletionIndexAnnotation: "3"},
			OwnerReferences:   []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "load", UID: "j", Controller: new(true)}},
			DeletionTimestamp: &metav1.Time{Time: time.Unix(1, 0)},
		},
		Spec: corev1.PodSpec{
			NodeName: "a", SchedulingGroup: &corev1.PodSchedulingGroup{PodGroupName: &name},
			SchedulingGates: []corev1.PodSchedulingGate{{Name: "other"}, {Name: gate.SchedulingGate}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodSucceeded},
	}
	stripped, err := podStore{}.Transformer()(full)
	require.NoError(t, err)
	want, wantOwner, _ := gate.ObservePod(full)
	got, owner, ok := gate.ObservePod(stripped.(*corev1.Pod))
	require.True(t, ok)
	require.True(t, got.Grouped)
	require.Equal(t, want, got)
	require.Equal(t, wantOwner, owner)
}

func TestAPodCountsOnlyForTheJobThatItMayBelongTo(t *testing.T) {
	t.Parallel()
	arr := gate.Owner{Job: lang.Job("n", "arr"), UID: "uid-arr"}
	elsewhere, renamed, remade := arr, arr, arr
	elsewhere.Job.Namespace, renamed.Job.Name, remade.UID = "evil", "other", "uid-before"
	for name, forged := range map[string]*corev1.Pod{
		"a pod of another namespace":              claimedBy(elsewhere, "1"),
		"a pod of another name":                   claimedBy(renamed, "1"),
		"a pod of a Job that had the name":        claimedBy(remade, "1"),
		"an index outside of the array":           claimedBy(arr, "7"),
		"an owner of another kind's API":          claimedBy(arr, "1", func(p *corev1.Pod) { p.OwnerReferences[0].APIVersion = "evil.example.com/v1" }),
		"an owner that is not said to control it": claimedBy(arr, "1", func(p *corev1.Pod) { p.OwnerReferences[0].Controller = nil }),
		"a success of another namespace":          claimedBy(elsewhere, "1", func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }),
		"a failure by the gate in another namespace": claimedBy(elsewhere, "0", func(p *corev1.Pod) {
			p.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: gate.ReasonDependencyFailed}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for order, play := range map[string]func(*store){
				"before the Job": func(s *store) {
					require.NoError(t, podStore{s}.Replace([]any{forged}, "1"))
					require.NoError(t, s.Replace([]any{job("arr", "2", "gen[i]", byElement(2)), job("gen", "3", "", byElement(2))}, "3"))
				},
				"after it": func(s *store) {
					require.NoError(t, s.Replace([]any{job("arr", "2", "gen[i]", byElement(2)), job("gen", "3", "", byElement(2))}, "3"))
					require.NoError(t, podStore{s}.Replace(nil, "3"))
					require.NoError(t, podStore{s}.Add(forged))
				},
			} {
				s, _ := recordingStore()
				s.enqueue = func(lang.Ref, time.Time) {}
				play(s)
				require.NoError(t, podStore{s}.Add(claimedBy(arr, "0", gatedPod)))
				require.NoError(t, podStore{s}.Add(claimedBy(arr, "1", gatedPod)))
				d := decided(t, s, "arr")
				require.Equal(t, gate.Opening, d.Action, order)
				require.Empty(t, d.Elements.Open, "%s: nothing of gen has completed", order)
				require.Empty(t, s.successes, order)

				require.NoError(t, s.Update(job("gen", "9", "", byElement(2), func(j *batchv1.Job) { j.Status.CompletedIndexes = "0-1" })))
				open := decided(t, s, "arr").Elements.Open
				require.Len(t, open, 1, "%s: the limit is 1, and what was forged takes none of it", order)
				require.EqualValues(t, 0, open[0].Index)
			}
		})
	}
}
