package integration

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/test/clusterworkload"
	"depctl.dev/test/sandbox"
)

var toldSeeds = flag.Uint64("told-seeds", 8, "how many random graphs to compare with what the tool says")

// Some hundred random Jobs, of which one namespace in three may not be looked into:
// what graph, status, plan and explain say of each is what its condition says, for one
// who may ask about rights, and for one who may only read Jobs of two namespaces.
func TestTheToolSaysWhatTheGateWrote(t *testing.T) {
	t.Parallel()
	var waiting, problems atomic.Int64
	t.Cleanup(func() {
		t.Logf("%d Jobs that wait were compared, %d of them with a problem", waiting.Load(), problems.Load())
		// To end a test here would leave its report out.
		assert.Positive(t, problems.Load(), "no Job lacked a right: nothing was tested")
	})
	for seed := uint64(1000); seed < 1000+*toldSeeds; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			graph, err := clusterworkload.New(t.Context(), shared.client, seed, 40, 3)
			require.NoError(t, err)
			spaces := slices.Sorted(maps.Values(graph.Spaces))
			require.NoError(t, shared.client.RbacV1().RoleBindings(spaces[0]).Delete(t.Context(), "look", metav1.DeleteOptions{}))
			require.NoError(t, graph.Play(t.Context()))
			open := spaces[min(1, len(spaces)-1):]
			users := map[string]string{"one who may ask": shared.Kubeconfig(), "one who may read Jobs": readerOf(t, open)}
			for who, kubeconfig := range users {
				for _, name := range open {
					s := &space{cluster: shared, t: t, name: name}
					var differ []string
					t.Cleanup(func() {
						if t.Failed() {
							t.Logf("what differed last for %s: %s", who, strings.Join(differ, "\n"))
						}
					})
					s.until(who+" is told what the gate wrote in "+name, func() bool {
						differ = s.untold(kubeconfig)
						return len(differ) == 0
					})
					require.Empty(t, differ)
					list, err := shared.client.BatchV1().Jobs(name).List(t.Context(), metav1.ListOptions{})
					require.NoError(t, err)
					for i := range list.Items {
						if c := condition(&list.Items[i]); c != nil && c.Status != corev1.ConditionTrue {
							waiting.Add(1)
							if c.Reason == gate.ReasonProblem {
								problems.Add(1)
							}
						}
					}
				}
			}
		})
	}
}

// readerOf returns the kubeconfig of one who may get and list the Jobs of some
// namespaces, and nothing else.
func readerOf(t *testing.T, namespaces []string) string {
	t.Helper()
	home := &space{cluster: shared, t: t, name: namespaces[0]}
	home.account("reader")
	for _, name := range namespaces {
		(&space{cluster: shared, t: t, name: name}).bind(
			rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: home.name, Name: "reader"},
			rbacv1.PolicyRule{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"get", "list"}})
	}
	config, err := shared.ConfigFor(t.Context(), home.name, "reader")
	require.NoError(t, err)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, sandbox.WriteKubeconfig(kubeconfig, config))
	return kubeconfig
}

// condition is what the gate has written on a Job.
func condition(job *batchv1.Job) *batchv1.JobCondition {
	for i := range job.Status.Conditions {
		if c := &job.Status.Conditions[i]; c.Type == gate.ConditionType {
			return c
		}
	}
	return nil
}

// toldState is the state of a Job that waits, by the reason of its condition.
var toldState = map[string]gate.State{
	gate.ReasonWaiting: gate.StateWaiting, gate.ReasonProblem: gate.StateWaiting,
	gate.ReasonDependencyFailed: gate.StateBlocked, gate.ReasonDependencyCycle: gate.StateBlocked,
	gate.ReasonHeld: gate.StateHeld, gate.ReasonInvalidExpression: gate.StateInvalid, gate.ReasonInvalidAnnotation: gate.StateInvalid,
}

// untold returns where the commands say something else of the Jobs of the namespace
// than the gate has written on them, or the gate has not written yet.
func (s *space) untold(kubeconfig string) (differ []string) {
	list, err := s.client.BatchV1().Jobs(s.name).List(s.t.Context(), metav1.ListOptions{})
	require.NoError(s.t, err)
	want, counts := map[string]string{}, map[gate.State]int{} // the reason of each that waits
	otherwise := map[string]bool{}                            // those that may run though they have a problem: by another term
	var names []string
	for i := range list.Items {
		job := &list.Items[i]
		observed := gate.Observe(job)
		c := condition(job)
		switch {
		case observed.Outcome() != lang.Undecided || observed.Released && !observed.Gated:
			continue
		case !observed.Waits() || observed.Released:
			continue
		case c == nil:
			return []string{job.Name + " carries no condition yet"}
		case c.Status == corev1.ConditionTrue:
			return []string{job.Name + " is being released"}
		}
		known := job.Name // or its step
		if ref := observed.Step(); ref.Run != "" {
			known = ref.Name + "@" + ref.Run
		}
		want[known] = c.Reason
		expr, _ := observed.Parse()
		otherwise[known] = expr != nil && expr.Names() == nil
		counts[toldState[c.Reason]]++
		names = append(names, job.Name)
	}
	say := func(what, name string, got, want any) {
		if got != want {
			differ = append(differ, fmt.Sprintf("%s says of %s: %v, and the gate: %v", what, name, got, want))
		}
	}
	read := func(into any, args ...string) {
		stdout, stderr, code := s.depctl(kubeconfig, append(args, "-o", "json")...)
		require.Zero(s.t, code, stderr)
		require.NoError(s.t, json.Unmarshal([]byte(stdout), into))
	}
	var drawn struct {
		Nodes []struct{ Namespace, Name, State, Message string }
	}
	read(&drawn, "graph", "--all")
	for _, n := range drawn.Nodes {
		if reason, waits := want[n.Name]; waits && n.Namespace == s.name {
			say("graph", n.Name, n.State, string(toldState[reason]))
		}
	}
	var summed struct{ Counts map[gate.State]int }
	read(&summed, "status")
	for _, state := range []gate.State{gate.StateWaiting, gate.StateBlocked, gate.StateHeld, gate.StateInvalid} {
		say("status", string(state), summed.Counts[state], counts[state])
	}
	var planned struct {
		Jobs []struct{ Namespace, Name string }
	}
	read(&planned, "plan")
	for _, job := range planned.Jobs {
		if reason, waits := want[job.Name]; waits && job.Namespace == s.name && !(reason == gate.ReasonProblem && otherwise[job.Name]) {
			say("plan", job.Name+" that it runs", reason, gate.ReasonWaiting)
		}
	}
	if len(names) == 0 {
		return differ
	}
	type one struct{ Name, Run, Action, Reason string }
	var explained struct {
		one         // of a single name
		Items []one // of several
	}
	read(&explained, append([]string{"explain"}, names...)...)
	if len(names) == 1 {
		explained.Items = []one{explained.one}
	}
	require.Len(s.t, explained.Items, len(names))
	for _, e := range explained.Items {
		if e.Run != "" {
			e.Name += "@" + e.Run
		}
		say("explain", e.Name, e.Reason, want[e.Name])
		say("explain", e.Name, e.Action, "wait")
	}
	return differ
}

// Every command on README's first example, in each phase of it: nothing that is not
// so may be said.
func TestTheFirstExampleIsToldAsItIs(t *testing.T) {
	t.Parallel()
	held := func(j *batchv1.Job) {
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/not-yet"}}
	}
	for phase, test := range map[string]struct {
		job1   []change
		job2   string
		untrue []string
	}{
		"absent":  {nil, "waiting", []string{"nothing tells how long", "all met", "pending", "● running"}},
		"pending": {[]change{held}, "waiting", []string{"come by itself", "does not exist", "all met", "? missing", "● running"}},
		"running": {[]change{template("run-for", "600s")}, "waiting", []string{"come by itself", "does not exist", "all met", "? missing", "pending"}},
		"done":    {[]change{}, "succeeded", []string{"come by itself", "does not exist", "○ waiting", "all met", "? missing"}},
	} {
		t.Run(phase, func(t *testing.T) {
			t.Parallel()
			s := shared.namespace(t)
			s.make("job2", "job1")
			if test.job1 != nil {
				s.make("job1", "", test.job1...)
			}
			switch phase {
			case "running":
				s.runs("job1")
			case "done":
				s.completes("job2")
			case "pending":
				s.until("job1 has a pod", func() bool { return s.get("job1").Status.Active == 1 })
			}
			if phase != "done" {
				s.until("the gate has written what job2 waits for", func() bool { return condition(s.get("job2")) != nil })
			}
			for _, command := range []string{"explain job2", "explain job2 -r", "explain job2 -o yaml", "graph", "graph -o tree", "graph -o wide --all", "plan", "plan -o wide", "status", "status -o wide"} {
				stdout, stderr, code := s.depctl(s.Kubeconfig(), strings.Fields(command)...)
				require.Zero(t, code, stderr)
				for _, untrue := range test.untrue {
					require.NotContains(t, stdout+stderr, untrue, command)
				}
			}
			stdout, _, _ := s.depctl(s.Kubeconfig(), "graph", "-o", "json", "--all")
			require.Contains(t, stdout, `"state": "`+test.job2+`"`)
			_, _, code := s.depctl(s.Kubeconfig(), "wait", "job1", "--timeout", "0")
			require.Equal(t, map[bool]int{true: 0, false: 124}[phase == "done"], code)
		})
	}
}
