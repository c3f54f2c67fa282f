package attack

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

// refusing is a policy that refuses updates in a namespace.
const refusing = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: %[1]s}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [%[3]q], apiVersions: [v1], operations: [UPDATE], resources: [%[4]s]}]
  validations: [{expression: %[5]q, messageExpression: %[6]q}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: %[1]s}
spec:
  policyName: %[1]s
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[2]s}}}
`

// refuse makes such a policy, which ends with the test.
func (f *field) refuse(group, resource, unless, message string) {
	f.t.Helper()
	name := "refuse-" + f.evil
	f.apply(fmt.Sprintf(refusing, name, f.evil, group, resource, unless, message))
}

// apply applies manifests, which end with the test.
func (f *field) apply(manifest string) {
	f.t.Helper()
	_, err := cluster.Kubectl(f.t.Context(), strings.NewReader(manifest), "create", "-f", "-")
	require.NoError(f.t, err)
	f.t.Cleanup(func() {
		_, err := cluster.Kubectl(context.WithoutCancel(f.t.Context()), strings.NewReader(manifest), "delete", "-f", "-")
		require.NoError(f.t, err)
	})
}

func TestPodsThatStayGated(t *testing.T) {
	f := begin(t, "A9", "a policy that keeps pods gated is told of, and is not asked forever")
	n := int32(size(100, 300))
	f.refuse("", "pods", "object.spec.?schedulingGates.orValue([]) == oldObject.spec.?schedulingGates.orValue([])", "'gates stay'")
	time.Sleep(2 * time.Second) // a policy is in force a moment later
	f.make(f.evil, "arr", "gen[i]", indexed(n))
	f.make(f.evil, "gen", "", indexed(n))
	told := f.until(patience, func() bool { return f.warned(f.evil, "arr", gate.ReasonPatchRefused) > 0 })
	f.holds(told, "nobody is told that the pods stay gated")
	rate, what := f.quiet(45 * time.Second)
	f.figure("%.1f requests/s after a while", float64(rate)/5)
	f.holds(rate <= 5*5, "%d requests in 5 s after a while: %s", rate, what)
	f.othersGoOn()
}

func TestARefusalThatSaysAnotherThingEachTime(t *testing.T) {
	f := begin(t, "A10", "a refusal is told of whatever it says, and not each time")
	f.refuse("batch", "jobs", "object.spec.?suspend.orValue(false) == true",
		"'refused ' + object.metadata.?annotations.orValue({})[?'depctl.dev/released'].orValue('nothing')")
	time.Sleep(2 * time.Second)
	f.make(f.evil, "load", "extract")
	f.make(f.evil, "extract", "")
	told := f.until(patience, func() bool { return f.warned(f.evil, "load", gate.ReasonPatchRefused) > 0 })
	f.holds(told, "nobody is told of the refusal")
	f.othersGoOn()
	events := f.warned(f.evil, "load", gate.ReasonPatchRefused)
	f.figure("%d events", events)
	f.holds(events <= 3, "it is told in %d events", events)
}
