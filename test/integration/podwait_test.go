package integration

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
)

// What is in this file has Pods wait. It is a part of TestKinds.

func waitingPod(name, dependsOn string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{gate.DependsOnAnnotation: dependsOn}},
		Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "none"}}},
	}
}

func (s *space) runsPod(pod *corev1.Pod) *corev1.Pod {
	s.t.Helper()
	made, err := s.client.CoreV1().Pods(s.name).Create(s.t.Context(), pod, metav1.CreateOptions{})
	require.NoError(s.t, err)
	return made
}

func (s *space) pod(name string) *corev1.Pod {
	s.t.Helper()
	pod, err := s.client.CoreV1().Pods(s.name).Get(s.t.Context(), name, metav1.GetOptions{})
	require.NoError(s.t, err)
	return pod
}

func (s *space) patchPod(name, patch string) *corev1.Pod {
	s.t.Helper()
	pod, err := s.client.CoreV1().Pods(s.name).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(s.t, err)
	return pod
}

func gatesOf(pod *corev1.Pod) (names []string) {
	for _, g := range pod.Spec.SchedulingGates {
		names = append(names, g.Name)
	}
	return names
}

func aPodWaits(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	probe := waitingPod("probe", "load")
	probe.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/budget"}}
	made := s.runsPod(probe)
	require.Equal(t, []string{"example.com/budget", gate.SchedulingGate}, gatesOf(made))
	require.Equal(t, "true", made.Labels[gate.HeldLabel])
	s.runsPod(waitingPod("plain", "load"))
	s.make("report", "pod:plain")
	s.workloadSays(podsOf, "probe", gate.ReasonWaiting, s.name+"/load does not exist")
	why, _ := s.does("explain", "pod/probe")
	require.Contains(t, why, s.name+"/load does not exist")
	restart()
	s.held("report")
	// Whoever takes our gate away gives it back, and those of others go.
	kept := s.patchPod("probe", `{"spec":{"schedulingGates":[]}}`)
	require.Equal(t, []string{gate.SchedulingGate}, gatesOf(kept))

	s.make("load", "")
	s.until("probe is let go", func() bool { return len(gatesOf(s.pod("probe"))) == 0 })
	require.Contains(t, s.pod("probe").Annotations[gate.ReleasedAnnotation], string(made.UID))
	s.until("plain is let go", func() bool { return len(gatesOf(s.pod("plain"))) == 0 })
	s.held("report")
	s.setStatus(podsOf, "plain", `{"status":{"phase":"Succeeded"}}`)
	s.completes("report")
	require.Equal(t, "Pod", s.event("probe", gate.ReasonMet).Regarding.Kind)
}

func aPodThatCanNeverRunIsFailed(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.runsPod(waitingPod("probe", "load"))
	patient := waitingPod("patient", "load")
	patient.Annotations[gate.OnFailureAnnotation] = "wait"
	s.runsPod(patient)
	s.make("report", "pod:probe")
	s.make("instead", "skipped(pod:probe)")
	s.make("load", "", template("exit-code", "1"))
	s.until("probe is failed", func() bool { return s.pod("probe").Status.Phase == corev1.PodFailed })
	require.Equal(t, gate.ReasonDependencyFailed, s.pod("probe").Status.Reason)
	require.Contains(t, s.pod("probe").Status.Message, s.name+"/load failed")
	s.completes("instead")
	s.fails("report")
	s.workloadSays(podsOf, "patient", gate.ReasonDependencyFailed)
	s.does("release", "--force", "pod/patient")
	require.Empty(t, gatesOf(s.pod("patient")))

	named := waitingPod("named", "load")
	named.Spec.NodeName = "node-0"
	_, err := s.client.CoreV1().Pods(s.name).Create(t.Context(), named, metav1.CreateOptions{})
	require.ErrorContains(t, err, "a Pod that names its node cannot wait")
	yes := true
	owned := waitingPod("owned", "load")
	owned.OwnerReferences = []metav1.OwnerReference{{APIVersion: "example.com/v1", Kind: "Thing", Name: "x", UID: "x", Controller: &yes}}
	require.Empty(t, gatesOf(s.runsPod(owned)), "its controller decides")
}

// theGateWritesNothingElseToPods leaves the gate with all rights.
func theGateWritesNothingElseToPods(t *testing.T, c *cluster, _ func()) {
	l := c.leashed(t)
	l.runsPod(waitingPod("probe", "never"))
	pods := l.client.CoreV1().Pods(l.name)
	record := fmt.Sprintf(`"depctl.dev/released":%q`, `{"uid":"`+string(l.pod("probe").UID)+`","by":"depctl-gate"}`)
	for name, write := range map[string]struct{ patch, refusal string }{
		"a label":                 {`{"metadata":{"labels":{"team":"x"}}}`, "may not change metadata of a Pod"},
		"an annotation of others": {`{"metadata":{"annotations":{"team":"x"}}}`, "may not change annotations"},
		"the expression":          {`{"metadata":{"annotations":{"depctl.dev/depends-on":"other"}}}`, "may not change annotations"},
		"the image":               {`{"spec":{"containers":[{"name":"main","image":"evil"}]}}`, "may not change spec"},
	} {
		_, err := pods.Patch(t.Context(), "probe", types.StrategicMergePatchType, []byte(write.patch), metav1.PatchOptions{})
		require.ErrorContains(t, err, write.refusal, name)
	}
	// Without the record our gate comes back, and with it the Pod goes.
	pod, err := pods.Patch(t.Context(), "probe", types.MergePatchType, []byte(`{"spec":{"schedulingGates":[]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.Equal(t, []string{gate.SchedulingGate}, gatesOf(pod))
	pod, err = pods.Patch(t.Context(), "probe", types.MergePatchType, []byte(`{"metadata":{"annotations":{`+record+`}},"spec":{"schedulingGates":[]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.Empty(t, gatesOf(pod))
}
