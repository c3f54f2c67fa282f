package controller

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"pgregory.net/rapid"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
)

// What is in this file plays arrays whose elements take tokens one by one, and their pods,
// whose watch is late by itself.

const playedSize = 4

// inTurns makes a Job an array of which so many elements run at once.
func inTurns(limit int) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Annotations[gate.ArrayLimitAnnotation] = fmt.Sprint(limit)
		j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](playedSize), ptr.To[int32](playedSize)
	}
}

// byElements is an array as the patch of its release leaves it.
func byElements(j *batchv1.Job) {
	carriedOut(j)
	if j.Spec.CompletionMode != nil {
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
	}
}

func isLetGo(pod *corev1.Pod) bool {
	return len(pod.Spec.SchedulingGates) == 0 && pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed
}

// writePod changes a pod, which the watch tells later.
func (p *played) writePod(name string, change func(*corev1.Pod)) {
	p.version++
	pod := p.elements[name].DeepCopy()
	change(pod)
	pod.ResourceVersion = fmt.Sprint(p.version)
	p.elements[name] = pod
	s := p.s
	p.podEvents = append(p.podEvents, func() { require.NoError(p.t, podStore{s}.Update(pod)) })
}

func (p *played) deletePod(name string) {
	pod := p.elements[name]
	delete(p.elements, name)
	s := p.s
	p.podEvents = append(p.podEvents, func() { require.NoError(p.t, podStore{s}.Delete(pod)) })
}

// tokenPod is a pod of an element that waits for our gate.
func tokenPod(name, job string, uid types.UID, index int, takes string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "n", Name: name, UID: types.UID(name),
			Annotations:     map[string]string{batchv1.JobCompletionIndexAnnotation: fmt.Sprint(index), gate.TokensAnnotation: takes},
			Labels:          map[string]string{gate.TokensLabel: "true", batchv1.ControllerUidLabel: string(uid)},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: job, UID: uid, Controller: ptr.To(true)}},
		},
		Spec: corev1.PodSpec{SchedulingGates: []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}},
	}
}

// control does what the Job controller does with the pods of an array, once.
func (p *played) control(name string) {
	j := p.jobs[name]
	if j.Spec.CompletionMode == nil || !gate.Observe(j).Released {
		return
	}
	succeeded, open := 0, 0
	for index := range playedSize {
		live, done := false, false
		for _, key := range slices.Sorted(maps.Keys(p.elements)) {
			pod := p.elements[key]
			if owner := metav1.GetControllerOfNoCopy(pod); owner == nil || owner.UID != j.UID || pod.Annotations[batchv1.JobCompletionIndexAnnotation] != fmt.Sprint(index) {
				continue
			}
			done = done || pod.Status.Phase == corev1.PodSucceeded
			live = live || pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed
			if *j.Spec.Suspend && len(pod.Spec.SchedulingGates) > 0 {
				p.deletePod(key)
			}
		}
		switch {
		case live:
			open++
		case done:
			succeeded++
		case !*j.Spec.Suspend:
			open++
			p.version++
			key := fmt.Sprintf("%s-%d-%d", name, index, p.version)
			p.elements[key] = tokenPod(key, name, j.UID, index, j.Spec.Template.Annotations[gate.TokensAnnotation])
			p.writePod(key, func(*corev1.Pod) {})
		}
	}
	if succeeded == playedSize && open == 0 {
		p.write(name, complete)
	}
}

// happen ends, fails, deletes or orphans a pod.
func (p *played) happen() {
	names := slices.Sorted(maps.Keys(p.elements))
	if len(names) == 0 {
		return
	}
	name := rapid.SampledFrom(names).Draw(p.t, "pod")
	pod := p.elements[name]
	switch what := rapid.IntRange(0, 5).Draw(p.t, "happens"); {
	case what == 0:
		p.deletePod(name)
	case what == 1:
		p.writePod(name, func(pod *corev1.Pod) { pod.Labels["flaps"] = fmt.Sprint(p.version) })
	case what == 2 && pod.DeletionTimestamp == nil:
		p.writePod(name, func(pod *corev1.Pod) { pod.DeletionTimestamp = ptr.To(metav1.NewTime(p.now.Now())) })
	case what == 3 && isLetGo(pod):
		p.writePod(name, func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodFailed })
	case isLetGo(pod):
		p.writePod(name, func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodSucceeded })
	}
}

// orphan leaves the pods of a Job that is deleted without an owner, or not yet collected.
func (p *played) orphan(uid types.UID) {
	if !rapid.Bool().Draw(p.t, "orphan") {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(p.elements)) {
		if owner := metav1.GetControllerOfNoCopy(p.elements[key]); owner != nil && owner.UID == uid {
			p.writePod(key, func(pod *corev1.Pod) { pod.OwnerReferences = nil })
		}
	}
}

// open lets pods go as was decided, each patch of which is carried out, or not, and answered,
// or not.
func (p *played) open(job gate.Job, d gate.Decision) {
	p.look(job, d.Elements)
	for _, pod := range d.Elements.Open {
		live := p.elements[pod.Name]
		if live == nil || len(live.Spec.SchedulingGates) == 0 {
			continue // refused
		}
		answer := 2
		if !p.calm {
			answer = rapid.IntRange(0, 3).Draw(p.t, "answer of the pod")
		}
		if answer == 0 {
			continue
		}
		p.writePod(pod.Name, func(pod *corev1.Pod) { pod.Spec.SchedulingGates = nil })
		require.LessOrEqual(p.t, p.used(), p.limit, "%s is let go above the limit", pod.Name)
		if answer > 1 {
			p.s.podAnswered(p.elements[pod.Name])
		}
	}
	p.look(job, nil)
}

// look looks at the pods that are in doubt, unless the API server is away.
func (p *played) look(job gate.Job, but *gate.Elements) {
	doubts := p.s.limits.doubts(job.UID, but)
	if len(doubts) == 0 || !p.calm && rapid.Bool().Draw(p.t, "away") {
		return
	}
	live := map[types.UID]bool{}
	for _, pod := range p.elements {
		if observed, owner, ok := gate.ObservePod(pod); ok && owner == job.Owner() && observed.LetGo() {
			live[pod.UID] = true
		}
	}
	p.s.limits.settleDoubts(job.UID, doubts, live)
}

// leadPods has a gate that begins to lead read the pods, after its late watch.
func (p *played) leadPods(seen map[string]*corev1.Pod) {
	require.NoError(p.t, podStore{p.s}.Replace(podList(seen), ""))
	p.podEvents = nil
	s := p.s
	for _, name := range slices.Sorted(maps.Keys(p.elements)) {
		if pod := p.elements[name]; seen[name] != pod {
			p.podEvents = append(p.podEvents, func() { require.NoError(p.t, podStore{s}.Update(pod)) })
		}
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if pod := seen[name]; p.elements[name] == nil {
			p.podEvents = append(p.podEvents, func() { require.NoError(p.t, podStore{s}.Delete(pod)) })
		}
	}
}

// countPods counts the pods as countTokens does.
func (p *played) countPods() {
	known := map[types.UID]bool{}
	for _, j := range p.jobs {
		known[j.UID] = true
	}
	left := map[types.UID]int64{}
	for _, pod := range p.elements {
		if owner := gate.JobOfPod(pod); known[owner] {
			p.s.limits.countPod(pod)
		} else if needs := gate.PodTokens(pod); needs != nil {
			left[owner] += needs[0].Tokens
		}
	}
	for uid, n := range left {
		p.s.limits.left(uid, "n", limit.Needs{{Limit: limitX, Tokens: n}}, p.now.Now())
	}
}

func podList(pods map[string]*corev1.Pod) (list []any) {
	for _, name := range slices.Sorted(maps.Keys(pods)) {
		list = append(list, pods[name])
	}
	return list
}

func ownerName(pod *corev1.Pod) string {
	if owner := metav1.GetControllerOfNoCopy(pod); owner != nil {
		return owner.Name
	}
	return ""
}
