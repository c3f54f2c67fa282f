package event

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"

	"depctl.dev/gate"
)

type fakeRecorder struct{ said []string }

func (r *fakeRecorder) Eventf(_, _ runtime.Object, kind, reason, _, note string, args ...any) {
	r.said = append(r.said, kind+" "+reason+" "+fmt.Sprintf(note, args...))
}

func TestReporterSaysEachThingOnce(t *testing.T) {
	t.Parallel()
	recorder := &fakeRecorder{}
	r := NewReporter(recorder)
	load := gate.Job{Namespace: "n", Name: "load", UID: "uid-of-load"}
	invalid := gate.Decision{Action: gate.Waiting, Reason: gate.ReasonInvalidExpression, Message: "100% wrong"}

	r.Report(load, invalid)
	r.Report(load, invalid)
	require.Equal(t, []string{"Warning InvalidExpression 100% wrong"}, recorder.said)

	r.Report(load, gate.Decision{Action: gate.Waiting, Reason: gate.ReasonWaiting})
	require.Len(t, recorder.said, 1, "waiting is the normal course")
	r.Report(load, invalid)
	require.Len(t, recorder.said, 2, "it is wrong again")

	load.UID = "uid-of-the-next"
	r.Report(load, invalid)
	require.Len(t, recorder.said, 3, "another Job of the name")

	r.Report(load, gate.Decision{Action: gate.Releasing, Reason: gate.ReasonMet, Message: "released: extract succeeded"})
	require.Equal(t, "Normal Met released: extract succeeded", recorder.said[3])
	require.Empty(t, r.last, "nothing is kept of a Job that was released")
}

func TestThatTokensAreShortIsToldOnce(t *testing.T) {
	t.Parallel()
	recorder := &fakeRecorder{}
	r := NewReporter(recorder)
	load := gate.Job{Namespace: "n", Name: "load", UID: "uid-of-load"}
	for _, message := range []string{"2 of 2 are in use", "1 of 2 are in use"} {
		r.Report(load, gate.Decision{Action: gate.Waiting, Reason: gate.ReasonLimitReached, Message: message})
	}
	require.Equal(t, []string{"Normal LimitReached 2 of 2 are in use"}, recorder.said)
}
