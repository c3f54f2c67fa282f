package admission

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/stretchr/testify/require"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
	"depctl.dev/lang/kind"
	"depctl.dev/test/admissioncases"
)

// caller is an API server's conditions, by which it calls webhooks.
type caller struct {
	env      *cel.Env
	webhooks []admissionregistrationv1.MutatingWebhook
}

func newCaller(t *testing.T) caller {
	t.Helper()
	env, err := cel.NewEnv(cel.OptionalTypes(), cel.Variable("object", cel.DynType), cel.Variable("oldObject", cel.DynType))
	require.NoError(t, err)
	c := caller{env: env}
	for _, name := range []string{"deployments", "pods", "workloads"} {
		c.webhooks = append(c.webhooks, readWebhooks(t, "components/webhook-"+name+"/webhooks.yaml")...)
	}
	return c
}

// calls reports whether a webhook is called for the write of an object of a kind.
func (c caller) calls(t *testing.T, k kind.Kind, old, o *unstructured.Unstructured) bool {
	t.Helper()
	operation, was := admissionregistrationv1.Create, any(nil)
	if old != nil {
		operation, was = admissionregistrationv1.Update, old.Object
	}
	at := slices.IndexFunc(c.webhooks, func(w admissionregistrationv1.MutatingWebhook) bool {
		return w.Rules[0].Operations[0] == operation && slices.ContainsFunc(w.Rules, func(r admissionregistrationv1.RuleWithOperations) bool {
			return slices.Equal(r.APIGroups, []string{k.Group}) && slices.Equal(r.Resources, []string{k.Resource})
		})
	})
	require.GreaterOrEqual(t, at, 0, "nobody is called for %s of %s", operation, k.Name)
	for _, condition := range c.webhooks[at].MatchConditions {
		ast, issues := c.env.Compile(condition.Expression)
		require.NoError(t, issues.Err(), condition.Expression)
		program, err := c.env.Program(ast)
		require.NoError(t, err)
		result, _, err := program.Eval(map[string]any{"object": o.Object, "oldObject": was})
		require.NoError(t, err, condition.Expression)
		if result.Value() != true {
			return false
		}
	}
	return true
}

// write returns what is stored, and fails the test if a webhook is called though nothing is changed, or is
// not though something would be.
func (c caller) write(t *testing.T, k kind.Kind, old, o *unstructured.Unstructured) (stored *unstructured.Unstructured, called bool) {
	t.Helper()
	called = c.calls(t, k, old, o)
	patch, err := gate.HoldHeldPatch(old, o)
	require.NoError(t, err)
	if patch == nil {
		return o, called
	}
	require.True(t, called, "the webhook would have changed it: %s", patch)
	operations, err := jsonpatch.DecodePatch(patch)
	require.NoError(t, err)
	text, err := json.Marshal(o)
	require.NoError(t, err)
	text, err = operations.Apply(text)
	require.NoError(t, err)
	stored = &unstructured.Unstructured{}
	require.NoError(t, stored.UnmarshalJSON(text))
	return stored, called
}

// Whatever the webhook would change, it is called for.
func TestTheWebhookIsCalledForAllThatItChanges(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	for _, k := range kind.Held() {
		for _, one := range admissioncases.HeldCases {
			if !one.Is(k) {
				continue
			}
			t.Run(k.Name+": "+one.Name, func(t *testing.T) {
				o, err := one.New(k, "x")
				require.NoError(t, err)
				stored, _ := c.write(t, k, nil, o)
				stored.SetUID("uid-x")
				for _, update := range one.Updates {
					changed := stored.DeepCopy()
					update(k, changed)
					stored, _ = c.write(t, k, stored, changed)
				}
				require.Empty(t, one.Wrong(k, stored))
			})
		}
	}
}

// Of writes that need no webhook, none is refused while no gate answers.
func TestAnOutageStopsNoOtherWrite(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	for _, k := range kind.Held() {
		waits := admissioncases.HeldCase{Create: func(_ kind.Kind, o *unstructured.Unstructured) {
			o.SetAnnotations(map[string]string{gate.DependsOnAnnotation: "x"})
		}}
		o, err := waits.New(k, "x")
		require.NoError(t, err)
		stored, called := c.write(t, k, nil, o)
		require.True(t, called, k.Name)
		stored.SetUID("uid-x")

		release := stored.DeepCopy()
		notes := map[string]string{gate.DependsOnAnnotation: "x", gate.ReleasedAnnotation: `{"uid":"uid-x"}`}
		release.SetAnnotations(notes)
		unstructured.RemoveNestedField(release.Object, strings.Split(k.HeldBy, ".")...)
		relabelled := release.DeepCopy()
		relabelled.SetLabels(map[string]string{gate.HeldLabel: "true", "team": "data"})
		seen := stored.DeepCopy()
		seen.SetAnnotations(map[string]string{gate.DependsOnAnnotation: "x", gate.SeenAnnotation: "{}"})
		freed := seen.DeepCopy()
		freed.SetAnnotations(nil)
		unstructured.RemoveNestedField(freed.Object, strings.Split(k.HeldBy, ".")...)
		plain, err := admissioncases.HeldCase{Create: func(kind.Kind, *unstructured.Unstructured) {}}.New(k, "plain")
		require.NoError(t, err)
		changed := plain.DeepCopy()
		changed.SetLabels(map[string]string{"team": "data"})
		for name, write := range map[string]struct{ old, object *unstructured.Unstructured }{
			"one without the annotation is made": {nil, plain},
			"one without it is changed":          {plain, changed},
			"nothing is changed":                 {stored, stored},
			"the gate notes what it has seen":    {stored, seen},
			"the gate releases it":               {stored, release},
			"one that runs gets a label":         {release, relabelled},
			"somebody takes the annotation away": {stored, freed},
		} {
			require.False(t, c.calls(t, k, write.old, write.object), "%s: %s", k.Name, name)
		}
	}
}
