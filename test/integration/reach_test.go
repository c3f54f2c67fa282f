package integration

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/gate/event"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// suspended reports whether the Job controller has seen that a Job is suspended.
func (s *space) suspended(name string) func(map[string]history.Event) bool {
	return func(last map[string]history.Event) bool {
		e, ok := last[s.name+"/"+name]
		return ok && e.Is("Suspended")
	}
}

// One sandbox, one gate after the other.
func TestHowFarTheGateReaches(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	run := func(name string, args []string, test func(t *testing.T, one, two *space)) {
		t.Run(name, func(t *testing.T) {
			one, two := c.namespace(t), c.namespace(t)
			for i := range args {
				if args[i] == "ONE" {
					args[i] = one.name
				}
			}
			g := c.gate(t, sandbox.GateOptions{Args: args})
			test(t, one, two)
			require.NoError(t, g.Stop())
		})
	}

	run("open needs no right", []string{"--cross-namespace=open"}, func(_ *testing.T, one, two *space) {
		two.make("report", one.name+"/load")
		one.make("load", "")
		two.completes("report")
	})
	run("deny honours none", []string{"--cross-namespace=deny"}, func(t *testing.T, one, two *space) {
		one.grant(two, "default", "load")
		two.make("report", one.name+"/load")
		one.make("load", "")
		one.completes("load")
		require.Equal(t, "waiting, and something must be fixed: "+one.name+"/load: "+one.name+"/load: "+
			"this gate honours no references into other namespaces (--cross-namespace=deny)", two.warning("report", gate.ReasonProblem).Note)
		two.held("report")
	})
	run("one namespace", []string{"--namespaces", "ONE"}, func(t *testing.T, one, two *space) {
		two.grant(one, "default", "load")
		two.make("other", "load")
		one.make("report", two.name+"/load") // what is not ours can be waited for
		two.make("load", "")
		one.completes("report")
		one.settle()
		require.True(t, *two.get("other").Spec.Suspend)
		require.Empty(t, two.said())
	})
	run("all but one namespace", []string{"--exclude-namespaces", "ONE"}, func(t *testing.T, one, two *space) {
		one.grant(two, "default", "load")
		one.make("other", "load")
		two.make("report", one.name+"/load")
		one.make("load", "")
		two.completes("report")
		two.settle()
		require.True(t, *one.get("other").Spec.Suspend)
	})
	run("observe only", []string{"--observe-only"}, func(t *testing.T, one, _ *space) {
		one.make("load", "extract")
		one.make("broken", "Extract")
		one.make("extract", "")
		one.completes("extract")
		require.Equal(t, "this gate only observes; it would release the Job: "+one.name+"/extract succeeded",
			one.event("load", event.ReasonObserved).Note)
		one.warning("broken", gate.ReasonInvalidExpression)
		for _, r := range one.audit() {
			require.Equal(t, "events", r.ObjectRef.Resource, "%s of %s", r.Verb, r.ObjectRef.Name)
		}
		require.True(t, *one.get("load").Spec.Suspend)
	})
}

// Nothing is held where no gate releases.
func TestJobsOfKubeSystemAreNotHeld(t *testing.T) {
	t.Parallel()
	made, err := shared.client.BatchV1().Jobs(metav1.NamespaceSystem).Create(t.Context(), newJob("backup", "extract"),
		metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	require.NoError(t, err)
	require.False(t, ptr.Deref(made.Spec.Suspend, false))
}
