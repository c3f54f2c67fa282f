package integration

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// depctlScheduler is the name of the scheduler's program, and of its service account.
const depctlScheduler = "depctl-scheduler"

// rankedCluster runs depctl-scheduler beside kube-scheduler, and a gate that writes ranks to pods.
func rankedCluster(t *testing.T, o sandbox.Options, flags ...string) *cluster {
	t.Helper()
	o.Overlay, o.Ranked = sandbox.Full, true
	c := ownClusterWith(t, o)
	running, err := c.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)
	require.NoError(t, running.WaitReady(t.Context()))
	require.NoError(t, c.StartScheduler(t.Context(), sandbox.SchedulerOptions{Args: flags}))
	return c
}

// byRank has depctl-scheduler place the pods of a Job.
func byRank(j *batchv1.Job) { j.Spec.Template.Spec.SchedulerName = "depctl" }

// lasts says how long a Job takes, as it says itself.
func lasts(duration string) change { return annotate(gate.ExpectedDurationAnnotation, duration) }

// podPerJob returns the pods of the namespace by the names of their Jobs.
func (s *space) podPerJob() map[string]*corev1.Pod {
	s.t.Helper()
	list, err := s.client.CoreV1().Pods(s.name).List(s.t.Context(), metav1.ListOptions{})
	require.NoError(s.t, err)
	pods := map[string]*corev1.Pod{}
	for i := range list.Items {
		pods[list.Items[i].Labels[batchv1.JobNameLabel]] = &list.Items[i]
	}
	return pods
}

// onNodes returns the Jobs that have a pod on a node.
func (s *space) onNodes() (names []string) {
	s.t.Helper()
	for name, pod := range s.podPerJob() {
		if pod.Spec.NodeName != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestDepctlScheduler(t *testing.T) {
	t.Parallel()
	c := rankedCluster(t, sandbox.Options{})
	t.Run("what most waits for goes first", func(t *testing.T) { whatMostWaitsForGoesFirst(t, c) })
	t.Run("nobody jumps the queue", func(t *testing.T) { nobodyJumpsTheQueue(t, c) })
	t.Run("an annotation is edited while its pod waits", func(t *testing.T) { anEditInTheQueue(t, c) })
	t.Run("the scheduler is killed while many wait", func(t *testing.T) { theSchedulerIsKilled(t, c) })
	t.Run("no pod is stuck that kube-scheduler would have run", func(t *testing.T) { nothingIsStuck(t, c) })
}

// The node has room for five pods, and the scheduler sees all ten of them at once.
func whatMostWaitsForGoesFirst(t *testing.T, c *cluster) {
	s := c.namespace(t)
	s.class(s.name, 100)
	third := asksFor("20k")
	require.NoError(t, c.Kill(depctlScheduler))
	for i := range 3 { // of others, and first in the queue
		s.make(fmt.Sprintf("foreign-%d", i), "", byRank, third, untilTold)
	}
	s.make("first", "")
	s.make("short", "first", byRank, third, untilTold, lasts("1s"))
	s.make("long", "first", byRank, third, untilTold, lasts("9s"))
	s.make("chain", "first", byRank, third, untilTold, lasts("1s"))
	s.make("chain-end", "chain", lasts("1h"))
	for i := range 3 {
		s.make(fmt.Sprintf("leaf-%d", i), "first", byRank, third, untilTold, lasts("2s"))
	}
	s.make("urgent", "", byRank, third, untilTold, func(j *batchv1.Job) { j.Spec.Template.Spec.PriorityClassName = s.name })
	s.until("all pods wait", func() bool { return len(s.podPerJob()) == 11 })
	pods := s.podPerJob()
	require.Equal(t, "3601", pods["chain"].Annotations[gate.RankAnnotation])
	require.Equal(t, "9", pods["long"].Annotations[gate.RankAnnotation])
	require.Empty(t, pods["foreign-0"].Annotations[gate.RankAnnotation])
	require.NoError(t, c.Restart(t.Context(), depctlScheduler))
	s.until("five run", func() bool { return len(s.onNodes()) == 6 })
	on := s.onNodes()
	require.Subset(t, on, []string{"chain", "first", "long", "urgent"})
	require.NotContains(t, strings.Join(on, " "), "foreign")
	require.NotContains(t, on, "short")
	s.tell("long")
	s.until("the third leaf is next", func() bool { return len(s.onNodes()) == 7 })
	require.Subset(t, s.onNodes(), []string{"leaf-0", "leaf-1", "leaf-2"})
	for _, name := range []string{"urgent", "chain", "leaf-0", "leaf-1", "leaf-2", "short", "foreign-0", "foreign-1", "foreign-2"} {
		s.runs(name)
		s.tell(name)
	}
	s.completes("chain-end", "short", "foreign-0", "foreign-1", "foreign-2")
}

func nobodyJumpsTheQueue(t *testing.T, c *cluster) {
	s := c.namespace(t)
	ranked := func(j *batchv1.Job) {
		j.Annotations = map[string]string{gate.RankAnnotation: "99"}
		j.Spec.Template.Annotations[gate.RankAnnotation] = "99"
	}
	made := s.make("copied", "", ranked, byRank, untilTold)
	require.NotContains(t, made.Annotations, gate.RankAnnotation)
	require.NotContains(t, made.Spec.Template.Annotations, gate.RankAnnotation)
	s.runs("copied")
	require.NotContains(t, s.podPerJob()["copied"].Annotations, gate.RankAnnotation)

	forged := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "forged", Annotations: map[string]string{gate.RankAnnotation: "99"},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: made.Name, UID: made.UID, Controller: new(true)}},
		},
		Spec: *made.Spec.Template.Spec.DeepCopy(),
	}
	pod, err := s.client.CoreV1().Pods(s.name).Create(t.Context(), forged, metav1.CreateOptions{})
	require.NoError(t, err)
	require.NotContains(t, pod.Annotations, gate.RankAnnotation, "whoever says to own it")

	s.make("waits", "nobody", byRank)
	const template = `{"spec":{"template":{"metadata":{"annotations":{"depctl.dev/rank":"99"}}}}}`
	require.ErrorContains(t, s.refusal("waits", template), "annotation depctl.dev/rank of the Pod template is written by depctl-gate when it releases the Job; leave it as it is")
	require.ErrorContains(t, s.refusePod(s.podPerJob()["copied"].Name, `"99"`), "stays what it was when the Pod was created")
	s.tell("copied")
	s.completes("copied")
}

// refusePod returns the error of a person's edit of the rank of a pod.
func (s *space) refusePod(name, rank string) error {
	s.t.Helper()
	_, err := s.client.CoreV1().Pods(s.name).Patch(s.t.Context(), name, types.MergePatchType,
		[]byte(`{"metadata":{"annotations":{"depctl.dev/rank":`+rank+`}}}`), metav1.PatchOptions{})
	return err
}

// What is refused changes nothing, and other annotations of a pod in the queue may be edited.
func anEditInTheQueue(t *testing.T, c *cluster) {
	s := c.namespace(t)
	half := asksFor("60k")
	s.make("first", "", byRank, half, untilTold)
	s.runs("first")
	s.make("prerequisite", "")
	s.make("low", "prerequisite", byRank, half, untilTold, lasts("5s"))
	s.make("high", "prerequisite", byRank, half, untilTold, lasts("1m"))
	s.until("both wait in the queue", func() bool {
		pods := s.podPerJob()
		return pods["low"] != nil && pods["high"] != nil
	})
	for range 20 {
		low := s.podPerJob()["low"].Name
		require.Error(t, s.refusePod(low, `"99999"`))
		require.Error(t, s.refusePod(low, `null`))
		_, err := s.client.CoreV1().Pods(s.name).Patch(t.Context(), low, types.MergePatchType, []byte(`{"metadata":{"annotations":{"note":"`+low+`"}}}`), metav1.PatchOptions{})
		require.NoError(t, err)
	}
	s.tell("first")
	s.runs("high")
	require.NotContains(t, s.onNodes(), "low")
	s.tell("high")
	s.runs("low")
	s.tell("low")
	s.completes("low", "high")
}
