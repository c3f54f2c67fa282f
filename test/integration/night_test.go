package integration

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
	"depctl.dev/test/sandbox"
)

// scheduling starts a control plane with the gate of deploy/full, with its rights and its leash.
// What it returns kills that gate and starts another.
func scheduling(t *testing.T) (c *cluster, restart func()) {
	t.Helper()
	c, running := withGate(t, sandbox.Options{Overlay: sandbox.Full})
	return c, again(t, running)
}

// withGate has a control plane with a gate.
func withGate(t *testing.T, o sandbox.Options) (*cluster, *sandbox.Gate) {
	t.Helper()
	c := ownClusterWith(t, o)
	running, err := c.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)
	require.NoError(t, running.WaitReady(t.Context()))
	return c, running
}

// again kills a gate, and starts it again.
func again(t *testing.T, running *sandbox.Gate) func() {
	return func() {
		require.NoError(t, running.Kill())
		require.NoError(t, running.Restart())
		require.NoError(t, running.WaitReady(t.Context()))
	}
}

// Tests of CronJobs, and one of results, share a control plane, one after the other: some kill its
// gate.
func TestNights(t *testing.T) {
	t.Parallel()
	c, restart := scheduling(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *cluster, func())
	}{
		{"a job waits for the last run of a cron job", aJobWaitsForTheLastRunOfACronJob},
		{"the outcome of a run outlives its job", theOutcomeOfARunOutlivesItsJob},
		{"a run that kubernetes missed is skipped", aRunThatKubernetesMissedIsSkipped},
		{"a period with several runs", aPeriodWithSeveralRuns},
		{"a gate is killed between reading a result and writing it", aGateIsKilledOverAResult},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, c, restart) })
	}
}

// nightly makes a CronJob whose Jobs wait for an expression, for nothing if it is empty.
func (s *space) nightly(name, schedule, dependsOn string, changes ...change) *batchv1.CronJob {
	s.t.Helper()
	job := newJob("", dependsOn, changes...)
	made, err := s.client.BatchV1().CronJobs(s.name).Create(s.t.Context(), &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.CronJobSpec{
			Schedule:    schedule,
			JobTemplate: batchv1.JobTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: job.Annotations}, Spec: job.Spec},
		},
	}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	return made
}

// night makes a Job the run of a CronJob at a time, as a test of other days does.
func night(of *batchv1.CronJob, at time.Time) change {
	return func(j *batchv1.Job) {
		metav1.SetMetaDataAnnotation(&j.ObjectMeta, batchv1.CronJobScheduledTimestampAnnotation, at.Format(time.RFC3339))
		j.OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: of.Name, UID: of.UID, Controller: new(bool)}}
	}
}

// passes sets the lastScheduleTime of a CronJob.
func (s *space) passes(name string, at time.Time) {
	s.t.Helper()
	_, err := s.client.BatchV1().CronJobs(s.name).Patch(s.t.Context(), name, types.MergePatchType,
		fmt.Appendf(nil, `{"status":{"lastScheduleTime":%q}}`, at.UTC().Format(time.RFC3339)), metav1.PatchOptions{}, "status")
	require.NoError(s.t, err)
}

// runs of a CronJob that fires once a year.
const yearly = "0 2 1 1 *"

var newYear = time.Date(time.Now().Year(), 1, 1, 2, 0, 0, 0, time.UTC)

// A plain Job waits for the last run of a CronJob, one that Kubernetes has not made yet
// among them, and a later attempt of a failed one counts.
func aJobWaitsForTheLastRunOfACronJob(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.make("early", "cronjob:load")
	s.held("early") // there is no such CronJob
	load := s.nightly("load", yearly, "")
	other := s.nightly("load-more", yearly, "")
	s.make("load-more-run", "", night(other, newYear))
	s.held("early") // it never ran
	s.passes("load", newYear)
	s.make("first", "", night(load, newYear), template("exit-code", "1"))
	s.make("patient", "cronjob:load", onFailure(gate.Wait))
	s.make("alarm", "failed(cronjob:load)")
	s.fails("first")
	s.completes("alarm")
	s.held("patient")
	s.anotherSecond()
	s.make("repaired", "", night(load, newYear), untilTold)
	s.held("patient")
	restart()
	s.tell("repaired")
	s.completes("repaired", "patient")
}

// The outcome of a run outlives its Job: it is kept on the CronJob before the Job goes.
func theOutcomeOfARunOutlivesItsJob(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	load := s.nightly("load", yearly, "")
	s.nightly("report", yearly, "cronjob:load") // its template names it: nobody waits yet
	s.passes("load", newYear)
	s.make("run", "", night(load, newYear), func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = new(int32) }, untilTold)
	s.until("the run is kept until its outcome is", func() bool { return slices.Contains(s.get("run").Finalizers, gate.OutcomeFinalizer) })
	s.tell("run")
	s.until("the run is gone", func() bool {
		_, err := s.client.BatchV1().Jobs(s.name).Get(t.Context(), "run", metav1.GetOptions{})
		return err != nil
	})
	restart()
	s.make("late", "cronjob:load")
	s.completes("late")
	kept, err := s.client.BatchV1().CronJobs(s.name).Get(t.Context(), "load", metav1.GetOptions{})
	require.NoError(t, err)
	record := schedule.ParseRecord(kept.Annotations[schedule.OutcomesAnnotation])
	outcome, there := record.At(newYear)
	require.True(t, there)
	require.Equal(t, lang.Succeeded, outcome.Outcome)
}

// Two CronJobs of one schedule, with the real controller: the report of a minute waits for the
// load of the same minute.
func TestACronJobWaitsForTheRunOfTheSameMinute(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	s.nightly("load", "* * * * *", "", untilTold)
	s.nightly("report", "* * * * *", "cronjob:load")
	report := s.firstRun("report")
	load := sameRun("load", "report", report)
	s.held(report)
	s.tell(load)
	s.completes(load, report)
}

// firstRun waits until Kubernetes has made a run of a CronJob, and returns the name of its Job.
func (s *space) firstRun(cronJob string) (job string) {
	s.t.Helper()
	s.until("a run of "+cronJob, func() bool {
		list, err := s.client.BatchV1().Jobs(s.name).List(s.t.Context(), metav1.ListOptions{})
		require.NoError(s.t, err)
		for i := range list.Items {
			if owner := metav1.GetControllerOf(&list.Items[i]); owner != nil && owner.Name == cronJob {
				job = list.Items[i].Name
				return true
			}
		}
		return false
	})
	return job
}

// sameRun returns the Job that Kubernetes makes of a CronJob for the time of another's Job. That other
// CronJob must be the younger one: then there is a run for each of its times.
func sameRun(cronJob, other, job string) string {
	return cronJob + strings.TrimPrefix(job, other)
}

// resting makes a CronJob that is suspended: it keeps Kubernetes from making runs, so that a test says which there are.
func (s *space) resting(name string) *batchv1.CronJob {
	s.t.Helper()
	s.nightly(name, "* * * * *", "")
	made, err := s.client.BatchV1().CronJobs(s.name).Patch(s.t.Context(), name, types.MergePatchType, []byte(`{"spec":{"suspend":true}}`), metav1.PatchOptions{})
	require.NoError(s.t, err)
	return made
}

// A time that Kubernetes passed without a Job was missed: it counts as skipped, so that nobody
// waits forever, also after a restart. One that is still to come is waited for.
func aRunThatKubernetesMissedIsSkipped(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	load, report := s.resting("load"), s.resting("report")
	minute := func(n int) time.Time {
		return load.CreationTimestamp.UTC().Truncate(time.Minute).Add(time.Duration(n) * time.Minute)
	}
	s.make("strict", "cronjob:load", night(report, minute(2)), onFailure(gate.Wait))
	s.make("over", "finished(cronjob:load)", night(report, minute(2)))
	s.make("next", "cronjob:load", night(report, minute(4)))
	s.held("over") // not yet, and suspended
	s.passes("load", minute(3))
	s.completes("over")
	s.held("strict")
	s.held("next")
	restart()
	s.held("strict")
	s.make("load-4", "", night(load, minute(4)))
	s.passes("load", minute(4))
	s.completes("load-4", "next")
	s.make("repaired", "", night(load, minute(2)))
	s.completes("repaired", "strict")
}

// A daily Job wants all runs of an hourly one, or as many as it says; that of a CronJob that was
// deleted and recreated counts for nothing.
func aPeriodWithSeveralRuns(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	load := s.resting("load")
	day := s.nightly("day", yearly, "")
	first := load.CreationTimestamp.UTC().Truncate(time.Minute)
	at := first.Add(3 * time.Minute)
	s.make("all", "cronjob:load", night(day, at), onFailure(gate.Wait))
	s.make("two", "succeeded(cronjob:load) >= 2", night(day, at))
	s.make("unclear", "failed(cronjob:load)", night(day, at))
	for n := range 3 {
		s.make(fmt.Sprintf("load-%d", n), "", night(load, first.Add(time.Duration(n+1)*time.Minute)), untilTold)
	}
	s.passes("load", at)
	s.tell("load-0")
	s.completes("load-0")
	s.held("two")
	s.tell("load-1")
	s.completes("load-1", "two")
	s.held("all")
	s.tell("load-2")
	s.completes("load-2", "all")
	s.held("unclear")

	require.NoError(t, s.client.BatchV1().CronJobs(s.name).Delete(t.Context(), "load", metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationOrphan)}))
	s.until("load is gone", func() bool { // its Jobs are made orphans first
		_, err := s.client.BatchV1().CronJobs(s.name).Get(t.Context(), "load", metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
	s.make("waits", "cronjob:load")
	s.held("waits")
	s.resting("load")
	s.held("waits")
}
