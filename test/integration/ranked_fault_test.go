package integration

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"depctl.dev/test/sandbox"
)

// twins is how many random pods each of both schedulers gets.
var twins = flag.Int("twins", 100, "random pods that depctl-scheduler and kube-scheduler get each")

// bindings returns who has placed the pods of the namespace: users by pods.
func (s *space) bindings() map[string][]string {
	s.t.Helper()
	by := map[string][]string{}
	for _, r := range s.auditOf(func(r request) bool { return r.ObjectRef.Subresource == "binding" && r.ResponseStatus.Code == 201 }) {
		by[r.ObjectRef.Name] = append(by[r.ObjectRef.Name], r.User.Username)
	}
	return by
}

// Half of the pods are another scheduler's. Each is placed once, by its own.
func theSchedulerIsKilled(t *testing.T, c *cluster) {
	s := c.namespace(t)
	const many = 300
	require.NoError(t, c.Kill(depctlScheduler))
	spread := func(j *batchv1.Job) {
		j.Spec.Completions, j.Spec.Parallelism = new(int32(many)), new(int32(many))
		j.Spec.CompletionMode = new(batchv1.IndexedCompletion)
	}
	s.make("foreign", "", spread, asksFor("100"))
	s.make("first", "")
	s.make("ours", "first", spread, byRank, asksFor("100"), lasts("1m"))
	placed := func() (n int) {
		list, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=ours", ResourceVersion: "0"})
		require.NoError(t, err)
		for _, pod := range list.Items {
			if pod.Spec.NodeName != "" {
				n++
			}
		}
		return n
	}
	s.until("the pods are there", func() bool { return s.get("ours").Status.Active == many })
	for _, when := range []int{1, many / 3, many / 2} {
		require.NoError(t, c.Restart(t.Context(), depctlScheduler))
		s.until("some are placed", func() bool { return placed() >= when })
		require.NoError(t, c.Kill(depctlScheduler))
	}
	require.NoError(t, c.Restart(t.Context(), depctlScheduler))
	s.completes("ours", "foreign")
	by := s.bindings()
	list, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Len(t, list.Items, 2*many+1)
	for _, pod := range list.Items {
		want := []string{"system:kube-scheduler"}
		if pod.Spec.SchedulerName == "depctl" {
			want = []string{"system:serviceaccount:depctl-system:depctl-scheduler"}
			if len(by[pod.Name]) == 0 {
				continue // killed before the answer came, which so is not in the log
			}
		}
		require.Equal(t, want, by[pod.Name], pod.Name)
	}
}

// nothingIsStuck makes random pods twice, for each scheduler one. Those run that run for the other.
func nothingIsStuck(t *testing.T, c *cluster) {
	theirs, ours := c.namespace(t), c.namespace(t)
	theirs.class(theirs.name, 1000)
	ours.letRanksIn()
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	ranks := []string{"", "0", "1", "77", "-1", "x", "99999999999999999999"}
	for i := range *twins {
		draw := rand.New(rand.NewPCG(random.Uint64(), 0))
		pod := randomPod(draw, theirs.name)
		pod.Name = fmt.Sprintf("pod-%d", i)
		_, err := c.client.CoreV1().Pods(theirs.name).Create(t.Context(), pod.DeepCopy(), metav1.CreateOptions{})
		require.NoError(t, err)
		pod.Spec.SchedulerName = "depctl"
		pod.Annotations = map[string]string{"depctl.dev/rank": ranks[draw.IntN(len(ranks))]}
		_, err = c.client.CoreV1().Pods(ours.name).Create(t.Context(), pod, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	var one, two map[string]bool
	err := wait.PollUntilContextTimeout(t.Context(), 300*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		one, two = theirs.judged(), ours.judged()
		return len(one) == *twins && len(two) == *twins && maps.Equal(one, two), nil
	})
	require.NoError(t, err, "%d and %d judged", len(one), len(two))
	run := 0
	for _, runs := range one {
		if runs {
			run++
		}
	}
	t.Logf("%d of %d pods run for both", run, *twins)
	require.NotZero(t, run)
	require.NotEqual(t, *twins, run, "some pods fit nowhere")
}

// letRanksIn has pods keep the rank that they are created with, whatever it says.
func (s *space) letRanksIn() {
	s.t.Helper()
	s.kubectl("", "delete", "mutatingadmissionpolicybinding", "rank-pods.depctl.dev")
	s.until("nobody removes ranks", func() bool {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "x", Annotations: map[string]string{"depctl.dev/rank": "x"}}, Spec: randomPod(rand.New(rand.NewPCG(1, 1)), "").Spec}
		made, err := s.client.CoreV1().Pods(s.name).Create(s.t.Context(), pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil && made.Annotations["depctl.dev/rank"] == "x"
	})
}

// judged returns the pods of which the scheduler has said whether they can run, and what.
func (s *space) judged() map[string]bool {
	s.t.Helper()
	list, err := s.client.CoreV1().Pods(s.name).List(s.t.Context(), metav1.ListOptions{ResourceVersion: "0"})
	require.NoError(s.t, err)
	said := map[string]bool{}
	for _, pod := range list.Items {
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodScheduled {
				said[pod.Name] = condition.Status == corev1.ConditionTrue
			}
		}
	}
	return said
}

// randomPod returns a pod that fits on the node, or does not, by itself: there is always room.
func randomPod(r *rand.Rand, class string) *corev1.Pod {
	pod := &corev1.Pod{Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}}}}
	sometimes := func(change func()) {
		if r.IntN(4) == 0 {
			change()
		}
	}
	pick := func(values ...string) string { return values[r.IntN(len(values))] }
	term := func(key string, operator corev1.NodeSelectorOperator, values ...string) corev1.NodeSelectorTerm {
		return corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{{Key: key, Operator: operator, Values: values}}}
	}
	sometimes(func() { pod.Spec.NodeSelector = map[string]string{corev1.LabelOSStable: pick("linux", "windows")} })
	sometimes(func() { pod.Spec.PriorityClassName = class })
	sometimes(func() { pod.Spec.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}} })
	sometimes(func() {
		pod.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{
				term(corev1.LabelHostname, corev1.NodeSelectorOpIn, pick("node-0", "node-9")),
			}},
			PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{
				{Weight: int32(1 + r.IntN(100)), Preference: term(corev1.LabelHostname, corev1.NodeSelectorOpNotIn, "node-0")},
			},
		}}
	})
	sometimes(func() {
		pod.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{
			MaxSkew: 1, TopologyKey: corev1.LabelHostname, WhenUnsatisfiable: corev1.ScheduleAnyway,
			LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}},
		}}
	})
	return pod
}

// Where the cluster makes groups of the pods of a Job, one that waits for its element keeps the
// others from kube-scheduler. depctl-scheduler places each for itself.
func TestArraysWhereTheClusterGroupsPodsAndDepctlSchedules(t *testing.T) {
	t.Parallel()
	const features = "--feature-gates=GenericWorkload=true,WorkloadWithJob=true"
	options := sandbox.Options{Flags: map[string][]string{
		sandbox.APIServer:         {features, "--runtime-config=scheduling.k8s.io/v1beta1=true,scheduling.k8s.io/v1alpha3=true"},
		sandbox.ControllerManager: {features},
		sandbox.Scheduler:         {features},
	}}
	t.Run("each element for itself", func(t *testing.T) {
		t.Parallel()
		s := rankedCluster(t, options).namespace(t)
		s.make("up", "", indexed(4), untilTold)
		s.make("down", "up[i]", indexed(4), byRank)
		for _, done := range []struct {
			index     int
			completed string
		}{{0, "0"}, {2, "0,2"}, {1, "0-2"}} {
			s.tell("up", done.index)
			s.until("the element is complete, and no other", func() bool { return s.get("down").Status.CompletedIndexes == done.completed })
		}
		s.tell("up", 3)
		s.completes("down")
	})
	t.Run("groups are ordered, where the feature is on", func(t *testing.T) {
		t.Parallel()
		c := rankedCluster(t, options, "--feature-gates=GenericWorkload=true")
		s := c.namespace(t)
		require.NoError(t, c.Kill(depctlScheduler))
		fifth := asksFor("20k")
		s.make("first", "")
		s.make("alone", "first", byRank, fifth, untilTold, lasts("30s"))
		s.make("low", "first", indexed(3), byRank, fifth, untilTold, lasts("5s"))
		s.make("high", "first", indexed(3), byRank, fifth, untilTold, lasts("1m"))
		s.until("all pods wait", func() bool {
			return s.get("low").Status.Active == 3 && s.get("high").Status.Active == 3 && s.get("alone").Status.Active == 1
		})
		list, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=high"})
		require.NoError(t, err)
		require.NotNil(t, list.Items[0].Spec.SchedulingGroup, "the cluster makes no groups")
		require.NoError(t, c.Restart(t.Context(), depctlScheduler))
		s.until("there is room for one pod of the last group", func() bool {
			on := s.podsOn()
			return on["high"] == 3 && on["alone"] == 1 && on["low"] == 1
		})
		s.tell("high", 0, 1, 2)
		s.completes("high")
		s.until("the last group runs", func() bool { return s.podsOn()["low"] == 3 })
		s.tell("low", 0, 1, 2)
		s.tell("alone")
		s.completes("low", "alone")
	})
}

// podsOn returns how many pods of each Job have a node.
func (s *space) podsOn() map[string]int {
	s.t.Helper()
	list, err := s.client.CoreV1().Pods(s.name).List(s.t.Context(), metav1.ListOptions{})
	require.NoError(s.t, err)
	on := map[string]int{}
	for _, pod := range list.Items {
		if pod.Spec.NodeName != "" {
			on[pod.Labels[batchv1.JobNameLabel]]++
		}
	}
	return on
}
