package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
)

// ranUpTo is the CronJob load when Kubernetes has passed some minutes since monday.
func ranUpTo(t *testing.T, version string, minute int) any {
	return aCronJob(t, "load", func(c *batchv1.CronJob) {
		c.ResourceVersion = version
		c.Status.LastScheduleTime = &metav1.Time{Time: monday.Add(time.Duration(minute) * time.Minute)}
	})
}

func TestARunThatWasThereIsNeverMissed(t *testing.T) {
	t.Parallel()
	names := job("waits", "50", "cronjob:load", runOf("other", 5))
	for name, test := range map[string]struct {
		do   func(*testing.T, *store, cronJobStore)
		want schedule.State
	}{
		"it has ended and gone while nobody named its CronJob": {
			func(t *testing.T, s *store, _ cronJobStore) {
				require.NoError(t, s.Update(job("run", "2", "", runOf("load", 1), complete)))
				require.NoError(t, s.Delete(job("run", "3", "", runOf("load", 1), complete)))
			}, schedule.Lost,
		},
		"it was deleted before it ended": {
			func(t *testing.T, s *store, _ cronJobStore) {
				require.NoError(t, s.Update(names))
				require.NoError(t, s.Update(job("run", "2", "", runOf("load", 1))))
				require.NoError(t, s.Delete(job("run", "3", "", runOf("load", 1))))
			}, schedule.Lost,
		},
		"it had ended before its CronJob was known, and goes before all are swept": {
			func(t *testing.T, s *store, crons cronJobStore) {
				require.NoError(t, crons.Delete(aCronJob(t, "load")))
				require.NoError(t, s.Update(names))
				require.NoError(t, s.Update(job("run", "2", "", runOf("load", 1), complete)))
				require.NoError(t, crons.Update(aCronJob(t, "load")))
				require.NoError(t, s.Delete(job("run", "3", "", runOf("load", 1), complete)))
			}, schedule.Recorded,
		},
		"it has come and gone before the watch of CronJobs told of its CronJob": {
			func(t *testing.T, s *store, crons cronJobStore) {
				require.NoError(t, crons.Delete(aCronJob(t, "load")))
				require.NoError(t, s.Update(job("run", "2", "", runOf("load", 1), complete)))
				require.NoError(t, s.Delete(job("run", "3", "", runOf("load", 1), complete)))
				upTo := func() string { return "30" }
				s.upTo.Store(&upTo)
				require.NoError(t, crons.Update(aCronJob(t, "load")))
			}, schedule.Lost,
		},
		"there was none": {func(*testing.T, *store, cronJobStore) {}, schedule.Missed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, crons, _ := recordingCronStore(t)
			test.do(t, s, crons)
			require.NoError(t, s.Update(names))
			require.NoError(t, crons.Update(ranUpTo(t, "20", 1)))
			require.NoError(t, crons.Update(ranUpTo(t, "40", 3)))
			upTo := func() string { return "60" }
			s.upTo.Store(&upTo)
			s.pending(load)
			require.Equal(t, test.want, s.crons.Runs(load).At(monday.Add(time.Minute), schedule.NotFound).State)
		})
	}
}

func TestTheFinalizersOfRunsFollowWhoNamesTheirCronJob(t *testing.T) {
	t.Parallel()
	controlled := func(j *batchv1.Job) { j.OwnerReferences[0].Controller = new(true) }
	s, crons, asked := recordingCronStore(t)
	c := &Controller{store: s, observer: true}
	look := func() string {
		asked()
		s.reguard(load)
		return asked()
	}
	require.NoError(t, s.Update(job("run", "2", "", runOf("load", 1), controlled)))
	require.Empty(t, look())

	require.NoError(t, s.Update(job("waits", "3", "cronjob:load", runOf("other", 3))))
	require.Equal(t, "run", look(), "it gets its finalizer")
	require.Equal(t, gate.AddGuard, guarding(s, "run"))
	require.Empty(t, look(), "once is enough")

	require.NoError(t, s.Update(job("run", "4", "", runOf("load", 1), controlled, guarded)))
	require.NoError(t, s.Delete(job("waits", "5", "cronjob:load", runOf("other", 3))))
	require.NoError(t, s.Update(job("waits", "6", "cronjob:load", runOf("other", 3), uid("another"))))
	require.Equal(t, "run", look(), "it may have been looked at in between")

	require.NoError(t, s.Delete(job("waits", "7", "cronjob:load", runOf("other", 3), uid("another"))))
	require.Equal(t, "run", look(), "it loses its finalizer")
	require.Equal(t, gate.RemoveGuard, guarding(s, "run"))

	template := func(version, text string) {
		require.NoError(t, crons.Update(aCronJob(t, "report", func(c *batchv1.CronJob) {
			c.ResourceVersion = version
			c.Spec.JobTemplate.Annotations = map[string]string{gate.DependsOnAnnotation: text}
		})))
	}
	template("8", "cronjob:load")
	require.Equal(t, "run", look())
	template("9", "cronjob:other")
	require.Equal(t, "run", look())
	require.NoError(t, c.keep(t.Context(), load))
}

func TestARunThatWaitsForItsRecordGoesWithItsCronJob(t *testing.T) {
	t.Parallel()
	s, crons, asked := recordingCronStore(t)
	require.NoError(t, s.Update(job("waits", "2", "cronjob:load", runOf("other", 3))))
	require.NoError(t, s.Update(job("run", "3", "", runOf("load", 1), complete, guarded, goingAway)))
	require.Equal(t, gate.KeepGuard, guarding(s, "run"))
	asked()
	require.NoError(t, crons.Delete(aCronJob(t, "load")))
	require.Contains(t, asked(), "run")
	require.Equal(t, gate.RemoveGuard, guarding(s, "run"))
}

func TestTheRepairOfAMissedRunIsKeptUntilItIsRecorded(t *testing.T) {
	t.Parallel()
	s, crons, _ := recordingCronStore(t)
	require.NoError(t, s.Update(job("waits", "2", "cronjob:load, never", runOf("other", 3))))
	missed := s.crons.Runs(load).CronJob.Record.With(schedule.MissedOutcome(monday.Add(time.Minute), monday.Add(time.Hour)))
	require.NoError(t, crons.Update(aCronJob(t, "load", func(c *batchv1.CronJob) {
		c.ResourceVersion, c.Annotations = "3", map[string]string{schedule.OutcomesAnnotation: missed.String()}
	})))
	require.NoError(t, s.Update(job("again", "4", "", runOf("load", 1), complete, guarded, goingAway)))
	require.Equal(t, gate.KeepGuard, guarding(s, "again"))

	p, _ := s.pending(load)
	require.NotEmpty(t, p.write)
	require.NoError(t, crons.Update(aCronJob(t, "load", func(c *batchv1.CronJob) {
		c.ResourceVersion, c.Annotations = "5", map[string]string{schedule.OutcomesAnnotation: p.write}
	})))
	require.Equal(t, gate.RemoveGuard, guarding(s, "again"))
}
