package gate_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
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
