package integration

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// step makes a Job a step of a run.
func step(run, step string) change {
	return func(j *batchv1.Job) {
		metav1.SetMetaDataLabel(&j.ObjectMeta, gate.RunLabel, run)
		metav1.SetMetaDataLabel(&j.ObjectMeta, gate.StepLabel, step)
	}
}

func (s *space) outcome(name string) (lang.Outcome, string) {
	o := gate.Observe(s.get(name)).Object
	return o.Outcome, o.Reason
}

// skipped waits until a Job is skipped for a reason.
func (s *space) skipped(name, reason string) {
	s.t.Helper()
	s.until(name+" is skipped: "+reason, func() bool {
		outcome, why := s.outcome(name)
		return outcome == lang.Skipped && why == reason
	})
}

// Two runs of the same steps, and Jobs outside of all runs, never see one another.
func TestRunsNeverSeeOneAnother(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	for _, run := range []string{"mon", "tue"} {
		s.make("load-"+run, "extract", step(run, "load"))
		s.make("glob-"+run, "extr* >= 1", step(run, "glob"))
	}
	s.make("plain", "extract")
	s.make("any", "extract* >= 1")
	s.make("explicit", "extract@mon, load@mon")
	s.make("back", "extract@", step("mon", "back"))
	s.make("extract-mon", "", step("mon", "extract"))
	s.completes("extract-mon", "load-mon", "glob-mon", "explicit")
	for _, name := range []string{"load-tue", "glob-tue", "plain", "any", "back"} {
		s.held(name)
	}
	s.make("extract-tue", "", step("tue", "extract"))
	s.completes("load-tue", "glob-tue")
	s.held("plain")
	s.held("any")
	s.make("extract", "")
	s.completes("plain", "any", "back")
}

// Of several Jobs of one step the latest counts, however the earlier one ended, and what the
// earlier one waited for is decided in its own run.
func TestTheLatestJobOfAStepCounts(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract-1", "", step("k", "extract"), template("exit-code", "1"))
	s.make("load", "extract", step("k", "load"), onFailure(gate.Wait))
	s.make("old", "never", step("k", "other"))
	s.fails("extract-1")
	s.held("load")
	s.anotherSecond()
	s.make("extract-2", "", step("k", "extract"), untilTold)
	s.make("new", "extract", step("k", "other"))
	s.held("load")
	s.tell("extract-2")
	s.completes("extract-2", "load", "new")
	s.make("never", "", step("k", "never"))
	s.completes("never", "old") // superseded, and still of its run
}

// anotherSecond waits until the API server's clock shows another second, to which times of creation
// are cut.
func (s *space) anotherSecond() {
	first := s.make(fmt.Sprintf("tick-%d", time.Now().UnixNano()), "never-made").CreationTimestamp
	s.until("another second", func() bool {
		return s.make(fmt.Sprintf("tick-%d", time.Now().UnixNano()), "never-made").CreationTimestamp.After(first.Time)
	})
}

// A run is one object: it is over when all its steps are, failed when one is, and not before
// it has as many steps as were announced.
func TestHandlersOfARun(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	sized := annotate(gate.RunSizeAnnotation, "5")
	good := func(j *batchv1.Job) { sized(j) }
	s.make("extract", "", step("k", "extract"), good)
	s.make("done", "succeeded(run)", step("k", "done"), good)
	s.make("alarm", "failed(run)", step("k", "alarm"), good)
	s.make("clean", "finished(run)", step("k", "clean"), good)
	s.completes("extract")
	for _, name := range []string{"done", "alarm", "clean"} {
		s.held(name) // the fifth is still to come
	}
	s.make("load", "extract", step("k", "load"), good)
	s.completes("load", "done", "clean")
	s.skipped("alarm", gate.ReasonDependencyFailed)

	s.make("watcher", "failed(run@bad)")
	s.make("bad", "", step("bad", "bad"), template("exit-code", "1"))
	s.completes("watcher")
	s.make("no-run", "finished(run)")
	s.warning("no-run", gate.ReasonInvalidExpression)
}

// With fail-fast, what waits is failed once a step has failed, but for handlers, and what
// runs goes on.
func TestARunFailsFast(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	fast := annotate(gate.FailFastAnnotation, "true")
	s.make("slow", "", step("k", "slow"), untilTold, fast)
	s.make("bad", "", step("k", "bad"), untilTold, template("exit-code", "1"), fast)
	s.make("next", "slow", step("k", "next"), fast)
	s.make("last", "next", step("k", "last"), fast)
	s.make("patient", "slow", step("k", "patient"))
	s.make("clean", "finished(slow)", step("k", "clean"), fast)
	s.make("alarm", "failed(run)", step("k", "alarm"), fast)
	s.runs("slow")
	s.tell("bad")
	s.fails("bad")
	s.skipped("next", gate.ReasonRunFailed)
	s.skipped("last", gate.ReasonRunFailed)
	s.completes("alarm")
	s.held("patient")
	s.held("clean")
	s.tell("slow")
	s.completes("slow", "patient", "clean")
	s.make("late", "slow", step("k", "late"), fast)
	s.completes("late") // it can come true, and did
}

// What is absent for a while is waited for, and undone by a Job of the name.
func TestAbsent(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("there", "", untilTold)
	s.make("if-there", "optional or absent(optional) + 3s")
	s.make("gone", "absent(there) + 1s", onFailure(gate.Wait))
	s.make("slow", "absent(there) + 1h", onFailure(gate.Wait))
	s.runs("there")
	s.completes("if-there")
	s.held("gone")
	s.delete("there", metav1.DeletePropagationBackground)
	s.completes("gone")
	s.held("slow")
}

// A release tests the run in which the names were read.
func TestAJobThatChangesItsRunIsDecidedAnew(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce() // the judge reads a text once
	s.make("load", "extract", step("mon", "load"))
	s.make("extract", "", step("tue", "extract"))
	s.completes("extract")
	s.held("load")
	_, err := s.client.BatchV1().Jobs(s.name).Patch(t.Context(), "load", types.MergePatchType,
		[]byte(fmt.Sprintf(`{"metadata":{"labels":{%q:"tue"}}}`, gate.RunLabel)), metav1.PatchOptions{})
	require.NoError(t, err)
	s.completes("load")
}

// A step of another namespace is looked up by its labels: that needs the right to list, and the
// right to get a Job of this name is no help.
func TestAStepElsewhereNeedsTheRightToList(t *testing.T) {
	t.Parallel()
	etl, reporting := shared.namespace(t), shared.namespace(t)
	etl.make("load-k", "", step("k", "load"))
	etl.make("load", "")
	etl.completes("load-k", "load")
	etl.grant(reporting, "default", "load")
	reporting.make("report", etl.name+"/load", step("k", "report"))
	reporting.make("handler", "finished(run@k)")
	reporting.make("back", etl.name+"/load@", step("k", "back"))
	reporting.completes("back") // the plain Job, by its name
	reporting.held("report")
	require.Contains(t, reporting.forbidden("report"), "may not list the Jobs of namespace "+etl.name)
	etl.grant(reporting, "default", "")
	reporting.completes("report", "handler")
}
