package integration

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/history"
)

// TestLimits has a control plane with the gate of deploy/full, its rights and its leash.
func TestLimits(t *testing.T) {
	t.Parallel()
	c, restart := scheduling(t)
	recording, end := context.WithCancel(t.Context())
	t.Cleanup(end)
	var err error
	holders, err = history.RecordHolders(recording, c.client)
	require.NoError(t, err)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *cluster, func())
	}{
		{"jobs take turns for a token", jobsTakeTurnsForAToken},
		{"what is recorded counts whatever is edited or suspended", whatIsRecordedCounts},
		{"tokens of a deleted job come back with its last pod", tokensComeBackWithTheLastPod},
		{"a limit of another namespace needs the right to use it", aLimitOfAnotherNamespaceNeedsTheRight},
		{"a limit is set, changed and removed", aLimitIsChanged},
		{"a priority class decides who is first, also one that changes", aPriorityClassDecides},
		{"the rank, by what was learned, decides between equals and is recorded", theRankDecides},
		{"elements take tokens one by one", elementsTakeTokens},
		{"depctl shows the line", depctlShowsTheLine},
		{"a script gets its licence", aScriptGetsItsLicence},
		{"a crowd waits for one limit", aCrowdWaitsForOneLimit},
		{"a gate that does not lead any more releases nothing that takes tokens", onlyTheLeaderGivesTokens},
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

// most returns the most tokens of the limit "licence" that were in use at one moment in a namespace,
// by the history of Jobs and pods.
func (s *space) most() int64 {
	jobs := slices.DeleteFunc(s.history.Events(), func(e history.Event) bool { return e.Job.Namespace != s.name })
	peak := history.Peaks(jobs, holders.Events())[s.name+"/licence"]
	s.t.Logf("at most %d tokens, by %v", peak.Tokens, peak.By)
	return peak.Tokens
}

// holders are the pods of TestLimits that hold tokens.
var holders *history.Pods

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
	require.Equal(t, int64(3), s.most())
}

func whatIsRecordedCounts(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.limits(map[string]string{"licence": "2"})
	s.make("big", "", uses("licence=2"), untilTold)
	s.runs("big")
	s.make("next", "", uses("licence"))
	s.saysOf("next", fmt.Sprintf("waiting for tokens: 1 of %s/licence, of which 2 of 2 are in use", s.name))
	require.Equal(t, corev1.EventTypeNormal, s.event("next", gate.ReasonLimitReached).Type)
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
	require.ErrorContains(t, s.refusal("big", `{"spec":{"template":{"metadata":{"labels":{"depctl.dev/holds-tokens":null}}}}}`), "leave them as they are")
	s.held("next")
	s.patch("big", `{"spec":{"suspend":false}}`)
	s.runs("big")
	s.tell("big")
	s.completes("big", "next")
	require.Equal(t, int64(2), s.most())
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
			require.Equal(t, int64(1), s.most())
		})
	}
}

func aLimitOfAnotherNamespaceNeedsTheRight(t *testing.T, c *cluster, _ func()) {
	theirs, s := c.namespace(t), c.namespace(t)
	theirs.limits(map[string]string{"gpu": "1"})
	s.make("mine", "", uses(theirs.name+"/gpu"))
	s.saysOf("mine", "may not use configmap "+theirs.name+"/depctl-limits")
	for _, c := range s.get("mine").Status.Conditions {
		if c.Type == gate.ConditionType {
			s.grantFrom(c.Message)
		}
	}
	s.completes("mine")

	forged := newJob("forged", "never", uses(theirs.name+"/gpu"), func(j *batchv1.Job) {
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

	array := func(j *batchv1.Job) {
		j.Spec.CompletionMode, j.Spec.Parallelism, j.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](8), ptr.To[int32](8)
	}
	s.make("array", "", uses("licence=4"), array)
	s.saysOf("array", "each of its pods takes 4 tokens of "+s.name+"/licence, which has 3 in all")
	s.make("array-in-turns", "", uses("licence"), array, annotate(gate.ArrayLimitAnnotation, "2"))
	s.completes("array-in-turns")
	require.Equal(t, s.name+"/licence=1", s.get("array-in-turns").Spec.Template.Annotations[gate.TokensAnnotation])
	s.make("one-by-one", "array-in-turns[i]", uses("licence"), array, annotate(gate.ArrayLimitAnnotation, "3"), runsFor("1s"))
	s.runs("one-by-one")
	s.patch("one-by-one", `{"metadata":{"annotations":{"depctl.dev/array-limit":"8"}}}`)
	require.ErrorContains(t, s.refusal("one-by-one", `{"metadata":{"annotations":{"depctl.dev/released":null}}}`), "stays as it is")
	s.completes("one-by-one")
	require.LessOrEqual(t, s.most(), int64(3))
	s.limits(map[string]string{"licence": "8"})
	s.completes("array")
}

func onlyTheLeaderGivesTokens(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.make("takes", "never", uses("licence"))
	s.make("takes-none", "never")
	client := s.as("depctl-system", "depctl-gate")
	release := func(name, leader string) error {
		record := fmt.Sprintf(`{\"uid\":\"%s\",\"leader\":\"%s\"}`, s.get(name).UID, leader)
		_, err := client.BatchV1().Jobs(s.name).Patch(t.Context(), name, types.MergePatchType,
			[]byte(`{"spec":{"suspend":false},"metadata":{"annotations":{"depctl.dev/released":"`+record+`"}}}`), metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
		return err
	}
	require.ErrorContains(t, release("takes", "another"), "does not lead any more")
	require.ErrorContains(t, release("takes", ""), "does not lead any more")
	require.NoError(t, release("takes", c.leader(t)))
	require.NoError(t, release("takes-none", "another"))

	pod := func(name, note string) {
		spec := newJob(name, "").Spec.Template.Spec
		spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
		_, err := s.client.CoreV1().Pods(s.name).Create(t.Context(), &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{note: "licence=1"}}, Spec: spec,
		}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	letGo := func(name, more string) error {
		_, err := client.CoreV1().Pods(s.name).Patch(t.Context(), name, types.JSONPatchType,
			[]byte(`[{"op":"remove","path":"/spec/schedulingGates/0"}`+more+`]`), metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
		return err
	}
	leader := func(who string) string {
		return `,{"op":"add","path":"/metadata/annotations/depctl.dev~1leader","value":"` + who + `"}`
	}
	pod("element", gate.TokensAnnotation)
	pod("takes-no-tokens", "note")
	require.ErrorContains(t, letGo("element", leader("another")), "may not let elements go")
	require.ErrorContains(t, letGo("element", ""), "may not let elements go")
	require.NoError(t, letGo("element", leader(c.leader(t))))
	require.NoError(t, letGo("takes-no-tokens", ""))
	require.ErrorContains(t, letGo("element", leader(c.leader(t))+`,{"op":"remove","path":"/metadata/annotations/depctl.dev~1tokens"}`), "may not change annotations")
	require.ErrorContains(t, letGo("element", leader(c.leader(t))+`,{"op":"add","path":"/metadata/annotations/note","value":"x"}`), "may not change annotations")
}

// Two arrays share three tokens, and so does a Job that comes later and is first in line. The gate is
// killed while elements run.
func elementsTakeTokens(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.limits(map[string]string{"licence": "3"})
	array := func(j *batchv1.Job) {
		j.Spec.CompletionMode, j.Spec.Parallelism, j.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](6), ptr.To[int32](6)
	}
	s.make("first", "", uses("licence"), array, untilTold)
	s.until("three elements run", func() bool { return len(s.openings("first")) == 3 })
	s.make("behind", "first[i]", uses("licence=2"), array, annotate(gate.PriorityAnnotation, "1"))
	s.make("one", "", uses("licence"), annotate(gate.PriorityAnnotation, "2"))
	s.saysOf("one", fmt.Sprintf("waiting for tokens: 1 of %s/licence, of which 3 of 3 are in use", s.name))
	s.saysOf("first", fmt.Sprintf("released: all 6 elements may run; 3 wait for tokens: 1 of %s/licence", s.name))
	of, jobs := s.line("licence")
	require.Equal(t, []int64{3, 3, 2}, []int64{of.Tokens, of.Used, int64(of.Waiting)}, "%v", jobs)
	restart()
	s.settle()
	s.held("one")
	s.tell("first", 0)
	s.completes("one")
	require.Len(t, s.openings("first"), 3, "what one had is kept for an element of the array behind, which takes two")
	restart()
	s.tell("first", 1, 2, 3, 4, 5)
	s.completes("first", "behind")
	require.Equal(t, int64(3), s.most())
}
