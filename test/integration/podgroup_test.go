package integration

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// Where the Job controller makes a PodGroup of each Job, one pod that is gated keeps all others from the
// scheduler, but for those that the scheduler saw first: whether the first element starts is chance. The gate
// says so. A Job that has a controller gets no group, so its elements go one by one.
func TestArraysWhereTheClusterGroupsPods(t *testing.T) {
	t.Parallel()
	const features = "--feature-gates=GenericWorkload=true,WorkloadWithJob=true"
	c := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Arrays, Flags: map[string][]string{
		sandbox.APIServer:         {features, "--runtime-config=scheduling.k8s.io/v1beta1=true,scheduling.k8s.io/v1alpha3=true"},
		sandbox.ControllerManager: {features},
		sandbox.Scheduler:         {features},
	}})
	g, err := c.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)
	require.NoError(t, g.WaitReady(t.Context()))
	s := c.namespace(t)
	owner, err := c.client.CoreV1().ConfigMaps(s.name).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "owner"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	s.make("up", "", indexed(2), untilTold)
	s.make("grouped", "up[i]", indexed(2))
	s.make("owned", "up[i]", indexed(2), func(j *batchv1.Job) {
		yes := true
		j.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID, Controller: &yes}}
	})
	s.tell("up", 0)
	s.saysOf("grouped", "this cluster schedules the pods of a Job as a group (WorkloadWithJob)")
	s.until("the first element of the Job with an owner is complete", func() bool { return s.get("owned").Status.CompletedIndexes == "0" })
	s.until("the first element was let go", func() bool {
		return strings.Contains(s.get("grouped").Annotations[gate.ReleasedAnnotation], string(s.get("grouped").UID)) && len(s.openings("grouped")) == 1
	})
	s.tell("up", 1)
	s.completes("grouped", "owned")
}
