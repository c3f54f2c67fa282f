package integration

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/test/history"
)

// scheduled returns the Jobs that a CronJob has made and that are there.
func scheduled(last map[string]history.Event, s *space) (names []string) {
	for _, e := range last {
		if owner := metav1.GetControllerOf(e.Job); e.Job.Namespace == s.name && owner != nil && owner.Kind == "CronJob" {
			names = append(names, e.Job.Name)
		}
	}
	slices.Sort(names)
	return names
}

// cronJob makes a CronJob whose Jobs wait for extract, and makes it believe that
// its last run was long ago, so that the next is due now. It returns its name.
func (s *space) cronJob(policy batchv1.ConcurrencyPolicy) (run string) {
	s.t.Helper()
	job := newJob("", "extract")
	cronJobs := s.client.BatchV1().CronJobs(s.name)
	made, err := cronJobs.Create(s.t.Context(), &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Name: "nightly"},
		Spec: batchv1.CronJobSpec{
			Schedule: "0 0 1 1 *", ConcurrencyPolicy: policy,
			JobTemplate: batchv1.JobTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: job.Annotations}, Spec: job.Spec},
		},
	}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	made.Status.LastScheduleTime = &metav1.Time{Time: time.Now().AddDate(-2, 0, 0)}
	_, err = cronJobs.UpdateStatus(s.t.Context(), made, metav1.UpdateOptions{})
	require.NoError(s.t, err)
	s.eventually("the first run is made", func(last map[string]history.Event) bool {
		names := scheduled(last, s)
		if len(names) == 1 {
			run = names[0]
		}
		return len(names) == 1
	})
	s.until("the CronJob knows of its run", func() bool {
		now, err := cronJobs.Get(s.t.Context(), "nightly", metav1.GetOptions{})
		return err == nil && len(now.Status.Active) == 1
	})
	return run
}

// tick makes the next run of the CronJob due now: that of the last minute.
func (s *space) tick() {
	s.t.Helper()
	// A new schedule counts from its next time, any other change from now.
	s.patchCronJob(`{"spec":{"schedule":"* * * * *"}}`, `{"metadata":{"annotations":{"tick":""}}}`)
}

func (s *space) patchCronJob(patches ...string) {
	s.t.Helper()
	for _, patch := range patches {
		_, err := s.client.BatchV1().CronJobs(s.name).Patch(s.t.Context(), "nightly", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		require.NoError(s.t, err)
	}
}

// The trap of docs/guide/traps.md: a run that waits counts as active. With Forbid
// the CronJob makes no other until it has run.
func TestARunThatWaitsKeepsForbidFromTheNext(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	run := s.cronJob(batchv1.ForbidConcurrent)
	s.held(run)
	s.tick()
	s.event("nightly", "JobAlreadyActive")
	s.held(run)
	s.eventually("there is no second run", func(last map[string]history.Event) bool { return len(scheduled(last, s)) == 1 })
	s.make("extract", "")
	s.completes(run)
}

// With Replace the CronJob deletes the run that waits, and the next waits in its
// place.
func TestARunThatWaitsIsReplaced(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	first, second := s.cronJob(batchv1.ReplaceConcurrent), ""
	s.held(first)
	s.tick()
	replaced := func(last map[string]history.Event) bool {
		names := scheduled(last, s)
		if len(names) == 1 {
			second = names[0]
		}
		return len(names) == 1 && second != first
	}
	s.eventually("the run is replaced", replaced)
	// The minute may end meanwhile: no more of them from here on.
	s.patchCronJob(`{"spec":{"suspend":true}}`)
	s.settle()
	s.eventually("one run is left", replaced)
	s.held(second)
	require.Equal(t, "extract", s.get(second).Annotations[gate.DependsOnAnnotation])
	s.make("extract", "")
	s.completes(second)
}
