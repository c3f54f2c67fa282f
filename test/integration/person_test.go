package integration

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
	"depctl.dev/test/history"
)

// A person releases a Job as the gate would. The gate leaves it at that.
func TestAPersonReleasesAJobByForce(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce()
	load := s.make("load", "never")
	require.False(t, *s.patch("load", release(load)).Spec.Suspend)
	s.completes("load")
	require.Empty(t, s.patches("load"))
}

// What the policies do not take for the record of a release, the gate does not
// either: a Job that is kept suspended is not forgotten.
func TestARecordThatThePoliciesDoNotRead(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	for name, record := range map[string]string{
		"order": `{\"by\":\"me\",\"uid\":\"%s\"}`,
		"space": `{ \"uid\": \"%s\" }`,
	} {
		job := s.make(name, "extract")
		patch := fmt.Sprintf(`{"spec":{"suspend":false},"metadata":{"annotations":{"depctl.dev/released":"`+record+`"}}}`, job.UID)
		require.True(t, *s.patch(name, patch).Spec.Suspend)
	}
	s.make("extract", "")
	s.completes("order", "space")
}

// A Job that runs when it gets the annotation is left alone. One that is
// suspended waits from then on.
func TestAJobThatIsAnnotatedLate(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce()
	const annotated = `{"metadata":{"annotations":{"depctl.dev/depends-on":"extract"}}}`
	s.make("load", "", untilTold)
	s.patch("load", annotated)
	s.warning("load", gate.ReasonStartedUnheld)
	s.make("later", "", suspend)
	s.patch("later", annotated)
	require.True(t, *s.patch("later", `{"spec":{"suspend":null}}`).Spec.Suspend)
	s.held("later")
	s.tell("load")
	s.completes("load")
	s.make("extract", "")
	s.completes("later")
	require.Empty(t, s.patches("load"))
}

// Without the annotation the Job is its owner's again, who may start it. The
// gate does not.
func TestAnAnnotationIsTakenAway(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce()
	s.make("load", "extract")
	s.make("other", "extract")
	s.patch("load", `{"metadata":{"annotations":{"depctl.dev/depends-on":null}}}`)
	s.make("extract", "")
	s.completes("other")
	s.held("load")
	s.patch("load", `{"spec":{"suspend":false}}`)
	s.completes("load")
}

func TestEditsAfterTheReleaseChangeNothing(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract", untilTold)
	s.make("extract", "")
	s.eventually("load is released", func(last map[string]history.Event) bool {
		e, ok := last[s.name+"/load"]
		return ok && !e.Suspended()
	})
	s.patch("load", `{"metadata":{"annotations":{
		"depctl.dev/depends-on":"failed(extract)","depctl.dev/hold":"","depctl.dev/wait-timeout":"1s"}}}`)
	s.settle()
	s.tell("load")
	s.completes("load")
	require.Len(t, s.patches("load"), 1)
}
