package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
)

// TestLimits has a control plane with the gate of deploy/full, its rights and its leash.
func TestLimits(t *testing.T) {
	t.Parallel()
	c, restart := scheduling(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *cluster, func())
	}{
		{"jobs take turns for a token", jobsTakeTurnsForAToken},
		{"what is recorded counts whatever is edited or suspended", whatIsRecordedCounts},
		{"tokens of a deleted job come back with its last pod", tokensComeBackWithTheLastPod},
		{"a limit of another namespace needs the right to use it", aLimitOfAnotherNamespaceNeedsTheRight},
		{"a limit is set, changed and removed", aLimitIsChanged},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, c, restart) })
	}
}

// limits sets the limits of a namespace.
func (s *space) limits(data map[string]string) {
	s.t.Helper()
	maps := s.client.CoreV1().ConfigMaps(s.name)
	made := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: gate.LimitsName}, Data: data}
	if _, err := maps.Update(s.t.Context(), made, metav1.UpdateOptions{}); err != nil {
		_, err = maps.Create(s.t.Context(), made, metav1.CreateOptions{})
		require.NoError(s.t, err)
	}
}

func uses(text string) change { return annotate(gate.UsesAnnotation, text) }

func runsFor(d string) change { return template("run-for", d) }

func (s *space) saysOf(name, part string) {
	s.t.Helper()
	s.until(fmt.Sprintf("condition of %s says %q", name, part), func() bool {
		for _, c := range s.get(name).Status.Conditions {
			if c.Type == gate.ConditionType && strings.Contains(c.Message, part) {
				return true
			}
		}
		return false
	})
}

// most returns the most tokens of a limit that Jobs of a namespace had at one moment, by the
// history of Jobs: from release until Complete or Failed.
func (s *space) most(name limit.Name) (most int64) {
	now := map[string]int64{}
	for _, e := range s.history.Events() {
		if e.Job.Namespace != s.name {
			continue
		}
		key := e.Key() + string(e.Job.UID)
		if now[key] = 0; e.Job != nil && !e.Deleted && released(e) {
			for _, need := range gate.Observe(e.Job).Holds() {
				if need.Limit == name {
					now[key] = need.Tokens
				}
			}
		}
		sum := int64(0)
		for _, n := range now {
			sum += n
		}
		most = max(most, sum)
	}
	return most
}

// Ten Jobs of one and two pods share three tokens, while the gate is killed twice.
func jobsTakeTurnsForAToken(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.limits(map[string]string{"licence": "3"})
	var names []string
	for i := range 10 {
		name := fmt.Sprintf("job-%d", i)
		names = append(names, name)
		change := func(j *batchv1.Job) {
			if i%2 == 1 {
				j.Spec.Parallelism, j.Spec.Completions = ptr.To[int32](2), ptr.To[int32](2)
			}
		}
		s.make(name, "first", uses("licence"), runsFor("1s"), change)
	}
	s.make("only-uses", "", uses("licence=3"), runsFor("1s"), annotate(gate.PriorityAnnotation, "-1"))
	names = append(names, "only-uses")
	s.make("first", "")
	s.completes("job-0")
	restart()
	s.completes("only-uses")
	restart()
	s.completes(names...)
	require.LessOrEqual(t, s.most(limit.Name{Namespace: s.name, Key: "licence"}), int64(3))
	require.GreaterOrEqual(t, s.most(limit.Name{Namespace: s.name, Key: "licence"}), int64(2), "they run beside each other")
}

func whatIsRecordedCounts(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.limits(map[string]string{"licence": "2"})
	s.make("big", "", uses("licence=2"), untilTold)
	s.runs("big")
	s.make("next", "", uses("licence"))
	s.saysOf("next", fmt.Sprintf("waiting for tokens: 1 of %s/licence, of which 2 of 2 are in use", s.name))
	require.Equal(t, s.name+"/licence=2", s.get("big").Spec.Template.Annotations[gate.TokensAnnotation])

	s.patch("big", `{"metadata":{"annotations":{"depctl.dev/uses":null}}}`)
	s.settle()
	s.held("next")
	require.ErrorContains(t, s.refusal("big", `{"spec":{"parallelism":2}}`), "can only be lowered")
	restart()
	s.settle()
	s.held("next")
	s.byForce().patch("big", `{"spec":{"suspend":true}}`)
	s.settle()
	s.held("next")
	s.patch("big", `{"spec":{"suspend":false}}`)
	s.runs("big")
	s.tell("big")
	s.completes("big", "next")
}

func tokensComeBackWithTheLastPod(t *testing.T, c *cluster, restart func()) {
	for _, policy := range []metav1.DeletionPropagation{metav1.DeletePropagationBackground, metav1.DeletePropagationOrphan, metav1.DeletePropagationForeground} {
		t.Run(string(policy), func(t *testing.T) {
			s := c.namespace(t)
			s.limits(map[string]string{"licence": "1"})
			s.make("gone", "", uses("licence"), untilTold)
			s.runs("gone")
			s.make("next", "", uses("licence"))
			s.delete("gone", policy)
			if policy == metav1.DeletePropagationOrphan {
				restart()
				s.until("the pod is without an owner", func() bool {
					pods, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: gate.TokensLabel})
					require.NoError(t, err)
					return len(pods.Items) == 1 && len(pods.Items[0].OwnerReferences) == 0
				})
				s.settle()
				s.held("next")
				require.NoError(t, s.client.CoreV1().Pods(s.name).DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: gate.TokensLabel}))
			}
			s.completes("next")
			var left, next time.Time
			for _, e := range s.pods.Events() {
				if e.Pod.Namespace == s.name && strings.HasPrefix(e.Pod.Name, "gone-") && e.Deleted {
					left = e.At
				}
			}
			for _, e := range s.history.Events() {
				if e.Job.Namespace == s.name && e.Job.Name == "next" && released(e) && next.IsZero() {
					next = e.At
				}
			}
			require.False(t, left.IsZero())
			require.True(t, next.After(left), "released at %s, and the pod was there until %s", next, left)
		})
	}
}

func aLimitOfAnotherNamespaceNeedsTheRight(t *testing.T, c *cluster, _ func()) {
	theirs, s := c.namespace(t), c.namespace(t)
	theirs.limits(map[string]string{"gpu": "1"})
	s.make("mine", "", uses(theirs.name+"/gpu"))
	s.saysOf("mine", "may not use configmap "+theirs.name+"/depctl-limits")
	s.kubectl("", "create", "role", "use-limits", "-n", theirs.name, "--verb=use", "--resource=configmaps", "--resource-name="+gate.LimitsName)
	s.kubectl("", "create", "rolebinding", "use-limits", "-n", theirs.name, "--role=use-limits", "--serviceaccount="+s.name+":default")
	s.completes("mine")

	forged := newJob("forged", "", uses(theirs.name+"/gpu"), func(j *batchv1.Job) {
		metav1.SetMetaDataAnnotation(&j.Spec.Template.ObjectMeta, gate.TokensAnnotation, theirs.name+"/gpu=1")
	})
	made, err := s.client.BatchV1().Jobs(s.name).Create(t.Context(), forged, metav1.CreateOptions{})
	require.NoError(t, err)
	require.Empty(t, made.Spec.Template.Annotations[gate.TokensAnnotation], "what is copied is removed")
	require.ErrorContains(t, s.refusal("forged", `{"spec":{"template":{"metadata":{"annotations":{"depctl.dev/tokens":"x=1"}}}}}`), "written by depctl-gate")
}

func aLimitIsChanged(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.make("one", "", uses("licens"))
	s.saysOf("one", "there is no limit licens in ConfigMap "+s.name+"/depctl-limits")
	s.limits(map[string]string{"licence": "0", "licens": "many"})
	s.saysOf("one", `"many" is not a number of tokens`)
	s.limits(map[string]string{"licence": "0", "licens": "0"})
	s.saysOf("one", "is closed, with 0 tokens")
	s.limits(map[string]string{"licence": "2", "licens": "1"})
	s.completes("one")

	s.make("wide", "", uses("licence"), func(j *batchv1.Job) {
		j.Spec.Parallelism, j.Spec.Completions = ptr.To[int32](3), ptr.To[int32](3)
	})
	s.saysOf("wide", "its 3 pods take 3 tokens of "+s.name+"/licence together, which has 2 in all")
	s.limits(map[string]string{"licence": "3"})
	s.completes("wide")
}
