package integration

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// asksFor has the pods of a Job ask for CPU: the one node has 100k.
func asksFor(cpu string) change {
	return func(j *batchv1.Job) {
		j.Spec.Template.Spec.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu)}
	}
}

// releases returns the Jobs of a namespace in the order of their release.
func (s *space) releases() (names []string) {
	for _, e := range s.history.Events() {
		if e.Job.Namespace == s.name && released(e) && !slices.Contains(names, e.Job.Name) {
			names = append(names, e.Job.Name)
		}
	}
	return names
}

// mostUnbound reads what a watch of pods without a node tells until so many have left it, and
// returns how many there were at most at one moment.
func mostUnbound(t *testing.T, w watch.Interface, pods int) (most int) {
	t.Helper()
	timeout := time.After(patience)
	for now, left := 0, 0; left < pods; {
		select {
		case e, open := <-w.ResultChan():
			require.True(t, open, "the watch has ended")
			switch e.Type {
			case watch.Added:
				now++
			case watch.Deleted:
				now--
				left++
			}
			most = max(most, now)
		case <-timeout:
			require.Fail(t, "pods without a node stay", "%d have left, %d are there", left, now)
		}
	}
	return most
}

// One pod fits on the node at a time. All Jobs are ready while one that fits nowhere keeps them
// from starting. When it is gone, the chain goes first, though it was made last.
func TestTheCriticalPathStartsFirst(t *testing.T) {
	t.Parallel()
	c := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Full})
	running, err := c.StartGate(t.Context(), sandbox.GateOptions{Args: []string{"--max-starting=2"}})
	require.NoError(t, err)
	require.NoError(t, running.WaitReady(t.Context()))
	s := c.namespace(t)
	s.make("first", "")
	s.make("stuck", "first", asksFor("200k"))
	s.runs("stuck")
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("leaf-%02d", i))
		s.make(names[i], "first", asksFor("60k"), runsFor("200ms"))
	}
	for i, before := range []string{"first", "chain-1", "chain-2"} {
		name := fmt.Sprintf("chain-%d", i+1)
		names = append(names, name)
		// What they say of themselves counts, and not how long others of the name took, which is by chance.
		s.make(name, before, asksFor("60k"), runsFor("200ms"), annotate(gate.ExpectedDurationAnnotation, "1m"))
	}
	s.saysOf("chain-1", "waiting: 1 pod is starting in namespace "+s.name+", which may have 1")
	s.saysOf("leaf-19", "waiting: 1 pod is starting")
	require.Equal(t, corev1.ConditionFalse, s.says("leaf-19", gate.ReasonTooManyStarting).Status)
	unbound, err := s.client.CoreV1().Pods(s.name).Watch(t.Context(), metav1.ListOptions{FieldSelector: "spec.nodeName="})
	require.NoError(t, err)
	defer unbound.Stop()
	s.delete("stuck", metav1.DeletePropagationForeground)
	s.completes(names...)

	order := s.releases()
	t.Logf("released in the order %v", order)
	require.Equal(t, []string{"stuck", "chain-1"}, order[:2])
	require.Less(t, slices.Index(order, "chain-3"), len(order)-3, "leaves that nobody waits for came before the chain")
	// The watch begins with the pod of stuck, which leaves it, too.
	require.LessOrEqual(t, mostUnbound(t, unbound, len(names)+1), 1)
}
