package gate_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
	"depctl.dev/lang/kind"
	"depctl.dev/test/admissioncases"
)

// admitted returns the Job as it is stored.
func admitted(t *testing.T, old, job *batchv1.Job) *batchv1.Job {
	t.Helper()
	patch, err := gate.HoldPatch(old, job, true)
	require.NoError(t, err)
	if patch == nil {
		return job
	}
	operations, err := jsonpatch.DecodePatch(patch)
	require.NoError(t, err)
	text, err := json.Marshal(job)
	require.NoError(t, err)
	text, err = operations.Apply(text)
	require.NoError(t, err, string(patch))
	var stored batchv1.Job
	require.NoError(t, json.Unmarshal(text, &stored))
	again, err := gate.HoldPatch(old, &stored, true)
	require.NoError(t, err)
	require.Nil(t, again, "asked again, it changes more")
	return &stored
}

func TestWhatIsHeldWhenItIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range admissioncases.Cases {
		t.Run(c.Name, func(t *testing.T) {
			stored := admitted(t, nil, c.New("load"))
			stored.UID = "uid-load"
			for _, update := range c.Updates {
				changed := stored.DeepCopy()
				update(changed)
				stored = admitted(t, stored, changed)
				stored.UID = "uid-load"
			}
			require.Empty(t, c.Wrong(stored))
		})
	}
}

// admittedHeld returns the object as it is stored.
func admittedHeld(t *testing.T, old, o *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	patch, err := gate.HoldHeldPatch(old, o)
	require.NoError(t, err)
	if patch == nil {
		return o
	}
	operations, err := jsonpatch.DecodePatch(patch)
	require.NoError(t, err)
	text, err := o.MarshalJSON()
	require.NoError(t, err)
	text, err = operations.Apply(text)
	require.NoError(t, err, string(patch))
	stored := &unstructured.Unstructured{}
	require.NoError(t, stored.UnmarshalJSON(text))
	again, err := gate.HoldHeldPatch(old, stored)
	require.NoError(t, err)
	require.Nil(t, again, "asked again, it changes more")
	return stored
}

func TestWhatElseIsHeldWhenItIsWritten(t *testing.T) {
	t.Parallel()
	for _, k := range kind.Held() {
		for _, c := range admissioncases.HeldCases {
			if !c.Is(k) {
				continue
			}
			t.Run(k.Name+": "+c.Name, func(t *testing.T) {
				o, err := c.New(k, "x")
				require.NoError(t, err)
				stored := admittedHeld(t, nil, o)
				stored.SetUID("uid-x")
				for _, update := range c.Updates {
					changed := stored.DeepCopy()
					update(k, changed)
					stored = admittedHeld(t, stored, changed)
				}
				require.Empty(t, c.Wrong(k, stored))
			})
		}
	}
}

func TestWhatNothingHoldsIsRefused(t *testing.T) {
	t.Parallel()
	for _, noun := range []string{"Job", "StatefulSet", "Deployment"} { // a Deployment of no group
		o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": noun}}
		_, err := gate.HoldHeldPatch(nil, o)
		require.EqualError(t, err, "no "+noun+" of v1 is held")
	}
}

func TestAPodThatNamesItsNodeIsNotHeld(t *testing.T) {
	t.Parallel()
	pod, _ := kind.Of(kind.Pod)
	o, err := admissioncases.HeldCase{Create: func(_ kind.Kind, o *unstructured.Unstructured) {
		o.SetAnnotations(map[string]string{gate.DependsOnAnnotation: "x"})
		require.NoError(t, unstructured.SetNestedField(o.Object, "node-0", "spec", "nodeName"))
	}}.New(pod, "x")
	require.NoError(t, err)
	patch, err := gate.HoldHeldPatch(nil, o)
	require.NoError(t, err)
	require.Nil(t, patch, "refuse-pods refuses it")
}
