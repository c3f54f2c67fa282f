package integration

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

func TestAnAlternativeIsEnough(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "(train or failed(tune, reason=BackoffLimitExceeded)), licence")
	s.make("licence", "")
	s.completes("licence")
	s.held("load")
	s.make("tune", "", template("exit-code", "3"))
	s.completes("load")
}

func TestACleanUpRunsAfterAFailure(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("cleanup", "finished(extract)")
	s.make("alarm", "failed(extract, transform) >= 1")
	s.make("extract", "", template("exit-code", "3"))
	s.completes("cleanup", "alarm")
}

func TestASetWaitsForMembersThatComeLater(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	labelled := func(j *batchv1.Job) { j.Labels = map[string]string{"app": "etl"} }
	s.make("shard-all", "shard-* >= 2") // matches its own glob, and does not count itself
	s.make("report", "succeeded({app=etl}) >= 2")
	s.make("shard-1", "", labelled)
	s.completes("shard-1")
	s.held("shard-all")
	s.held("report")
	s.make("shard-2", "")
	s.completes("shard-all")
	s.held("report")
	s.make("other", "", labelled)
	s.completes("report")
}

func TestADelayCountsFromTheEndOfThePrerequisite(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract + 3s")
	s.make("later", fmt.Sprintf("time(%s)", time.Now().Add(4*time.Second).UTC().Format(time.RFC3339)))
	s.make("extract", "")
	s.completes("load", "later")
	ended := s.get("extract").Status.CompletionTime.Time
	// Both times are of whole seconds.
	require.GreaterOrEqual(t, s.get("load").Status.StartTime.Sub(ended), 3*time.Second)
}

func TestStatusesOfAJobThatRuns(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("seen", "exists(server)")
	s.make("begun", "started(server)")
	s.make("client", "ready(server)")
	s.make("patient", "ready(server) + 1s")
	s.make("after", "server")
	s.make("server", "", untilTold)
	s.completes("seen", "begun", "client", "patient")
	require.True(t, *s.get("after").Spec.Suspend, "released while its prerequisite runs")
	s.tell("server")
	s.completes("after")
}

func TestJobsWaitForElementsOfAnArray(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("first", "sim[0], sim[5..6]")
	s.make("most", "succeeded(sim[*]) >= 70%")
	s.make("alarm", "failed(sim[*]) >= 3")
	s.make("all", "sim[0..3]")
	s.make("sim", "", template("fail-indexes", "1,3,9"), func(j *batchv1.Job) {
		j.Spec.CompletionMode = ptr.To(batchv1.IndexedCompletion)
		j.Spec.Completions, j.Spec.Parallelism = ptr.To[int32](10), ptr.To[int32](10)
		j.Spec.BackoffLimit, j.Spec.BackoffLimitPerIndex = nil, ptr.To[int32](0)
	})
	s.completes("first", "most", "alarm")
	s.fails("sim")
	s.fails("all")
}

// A success policy completes an array whose elements have not all succeeded: the
// Job succeeded, those elements did not.
func TestAnArrayThatIsCompleteWithoutAllItsElements(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("whole", "sim")
	s.make("first", "sim[0]")
	s.make("all", "sim[*]")
	s.make("alarm", "failed(sim[2]), failed(sim[*]) >= 2")
	s.make("sim", "", func(j *batchv1.Job) {
		j.Spec.CompletionMode = ptr.To(batchv1.IndexedCompletion)
		// One after another, so that the others never get to run.
		j.Spec.Completions, j.Spec.Parallelism = ptr.To[int32](3), ptr.To[int32](1)
		j.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededIndexes: ptr.To("0")}}}
	})
	s.completes("sim", "whole", "first", "alarm")
	s.fails("all")
	require.Equal(t, "0", s.get("sim").Status.CompletedIndexes)
}

func TestWhatMustBeMendedIsReported(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.make("other-kind", "cronjob:nightly, extract")
	require.Contains(t, s.warning("other-kind", gate.ReasonProblem).Note, "this gate does not wait for CronJobs: it runs without --schedules")
	s.make("element", "extract[3]")
	require.Contains(t, s.warning("element", gate.ReasonProblem).Note, "extract")
	s.make("itself", "itself")
	require.Contains(t, s.warning("itself", gate.ReasonInvalidExpression).Note, "[self-reference]")
	s.held("other-kind")
	s.held("element")
}

// Jobs of one name pattern run one at a time, in the order in which they were
// made; within one second, which is all that Kubernetes notes, in any order.
func TestSingletonRunsOneAtATime(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	names := []string{"nightly-0", "nightly-1", "nightly-2"}
	for _, name := range names {
		s.make(name, "finished(nightly-*, made=before)", template("run-for", "1s"))
	}
	s.completes(names...)
	// By the order of etcd: times are of whole seconds, of clocks that may be set.
	running := map[string]bool{}
	for _, e := range s.history.Events() {
		if e.Job.Namespace != s.name || !slices.Contains(names, e.Job.Name) {
			continue
		}
		if running[e.Job.Name] = true; e.Suspended() || e.Is(batchv1.JobComplete) {
			delete(running, e.Job.Name)
		}
		require.LessOrEqual(t, len(running), 1, "two ran at once")
	}
}
