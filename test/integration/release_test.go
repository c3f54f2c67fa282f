package integration

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/history"
)

func TestJobsRunInOrderWhateverOrderTheyWereAppliedIn(t *testing.T) {
	t.Parallel()
	type named struct{ name, dependsOn string }
	diamond := []named{{"extract", ""}, {"clean", "extract"}, {"enrich", "extract"}, {"load", "clean, enrich"}}
	for name, order := range map[string][]int{
		"prerequisites first": {0, 1, 2, 3},
		"dependents first":    {3, 2, 1, 0},
		"inside out":          {1, 3, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shared.namespace(t)
			for _, i := range order {
				s.make(diamond[i].name, diamond[i].dependsOn)
			}
			s.completes("extract", "clean", "enrich", "load")
		})
	}
}

func TestPrerequisiteInAnotherNamespace(t *testing.T) {
	t.Parallel()
	etl, reporting := shared.namespace(t), shared.namespace(t)
	etl.grant(reporting, "default", "load")
	reporting.make("report", etl.name+"/load")
	reporting.make("load", "") // one of the same name nearby does not count
	reporting.completes("load")
	reporting.held("report")
	etl.make("load", "")
	reporting.completes("report")
}

func TestPrerequisiteMadeLongAfterItsDependent(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract")
	s.held("load")
	s.held("load")
	s.make("extract", "")
	s.completes("load")
}

func TestDependentMadeLongAfterItsPrerequisite(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.completes("extract")
	s.settle()
	s.make("load", "extract")
	s.completes("load")
}

func TestPrerequisiteDeletedAndMadeAgain(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract", onFailure("wait"))
	s.make("extract", "", template("exit-code", "3"))
	s.fails("extract")
	event := s.warning("load", gate.ReasonDependencyFailed)
	require.Equal(t, "will wait forever unless something changes: "+s.name+"/extract failed (BackoffLimitExceeded)", event.Note)
	s.remove("extract")
	s.held("load")
	s.make("extract", "")
	s.completes("load")
}

// A Job that is made after its prerequisite was deleted never opens on the old
// result, as in: kubectl delete -f p/ && kubectl apply -f p/.
func TestDeletedPrerequisiteIsAbsentForALaterJob(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.completes("extract")
	s.remove("extract")
	s.make("load", "extract")
	s.held("load")
	s.make("extract", "")
	s.completes("load")
}

func TestAnnotationEditedWhileTheJobWaits(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.make("load", "typo")
	s.held("load")
	s.patch("load", `{"metadata":{"annotations":{"depctl.dev/depends-on":"extract"}}}`)
	s.completes("load")
}

func TestTwoDependentsOfOnePrerequisite(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("index", "extract")
	s.make("load", "extract")
	s.make("extract", "")
	s.completes("index", "load")
}

func TestHoldKeepsAJobUntilItIsTakenAway(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.make("load", "extract", annotate(gate.HoldAnnotation, "until Monday"))
	s.completes("extract")
	s.held("load")
	s.patch("load", `{"metadata":{"annotations":{"depctl.dev/hold":null}}}`)
	s.completes("load")
}

func TestABadExpressionHoldsTheJobAndSaysWhere(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.make("load", "extract, Clean")
	event := s.warning("load", gate.ReasonInvalidExpression)
	require.Equal(t, `depends-on:1:10: "Clean" has upper case letters, names of objects have none [bad-name]
  extract, Clean
           ^~~~~
  did you mean "clean"?`, event.Note)
	s.held("load")
	s.held("load")
	for _, r := range s.requests() {
		require.False(t, r.ObjectRef.Resource == "jobs" && r.ObjectRef.Name == "load", "the gate wrote to a Job that it holds: %+v", r)
	}
	events, err := s.client.EventsV1().Events(s.name).List(t.Context(), metav1.ListOptions{FieldSelector: "regarding.name=load,type=Warning"})
	require.NoError(t, err)
	require.Len(t, events.Items, 1)
	require.Nil(t, events.Items[0].Series, "said more than once")

	s.patch("load", `{"metadata":{"annotations":{"depctl.dev/depends-on":"extract"}}}`)
	s.completes("load")
}

func TestAnEmptyExpressionHoldsTheJob(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	_, err := s.client.BatchV1().Jobs(s.name).Create(t.Context(), newJob("load", "", func(j *batchv1.Job) {
		j.Annotations = map[string]string{gate.DependsOnAnnotation: ""}
	}), metav1.CreateOptions{})
	require.NoError(t, err)
	s.warning("load", gate.ReasonInvalidExpression)
	s.held("load")
}

func TestOnePatchForEachReleasedJob(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("report", "load")
	s.make("load", "clean, enrich")
	s.make("clean", "extract")
	s.make("enrich", "extract")
	s.make("extract", "")
	s.completes("report")
	s.settle()
	patches := map[string]int{}
	for _, r := range s.requests() {
		if r.ObjectRef.Resource == "jobs" {
			require.Equal(t, "patch", r.Verb)
			if r.ResponseStatus.Code == http.StatusConflict {
				continue // a nudge of a Job that has said so by itself; a release has no resourceVersion
			}
			require.Equal(t, http.StatusOK, r.ResponseStatus.Code, "a patch of %s was refused", r.ObjectRef.Name)
			patches[r.ObjectRef.Name]++
		}
	}
	require.Equal(t, 1, patches["report"])
	for _, name := range []string{"load", "clean", "enrich"} {
		require.Contains(t, []int{1, 2}, patches[name], "patches of %s: its release, and a nudge if that came in time", name)
	}
	require.Zero(t, patches["extract"])
}

func TestAnEditAfterTheReleaseChangesNothingAndIsReported(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.make("load", "extract", untilTold)
	s.eventually("load is released", func(last map[string]history.Event) bool { return released(last[s.name+"/load"]) })
	s.patch("load", `{"metadata":{"annotations":{"depctl.dev/depends-on":"extract, other"}}}`)
	require.Contains(t, s.warning("load", gate.ReasonEditedLate).Note, "delete the Job and recreate it")
	s.tell("load")
	s.completes("load")
}
