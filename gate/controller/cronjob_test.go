package controller

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// recordingCronStore returns a store that knows of CronJobs, one of them, and what was to be decided since.
func recordingCronStore(t *testing.T) (*store, cronJobStore, func() string) {
	s, asked := recordingStore()
	s.kinds.schedules, s.kinds.unlisted = true, true
	crons := newCronJobStore(s)
	require.NoError(t, s.Replace(nil, "0"))
	require.NoError(t, crons.Replace([]any{aCronJob(t, "load")}, "1"))
	return s, crons, asked
}

var load = gate.CronJobRef("n", "load")

func TestJobsThatEndedBeforeAnybodyAskedAreRecordedSomeAtATime(t *testing.T) {
	t.Parallel()
	s, _, _ := recordingCronStore(t)
	for i := range 2*mostSwept + 50 {
		require.NoError(t, s.Update(job(fmt.Sprintf("load-%d", i), fmt.Sprint(i+1), "", runOf("load", i), complete)))
	}
	_, named := s.pending(load)
	require.False(t, named, "nothing is to be done for whom nobody names")
	require.NoError(t, s.Update(job("waits", "1000", "cronjob:load, never", runOf("other", 300))))
	for pass := range 3 {
		p, named := s.pending(load)
		require.True(t, named)
		require.Equal(t, pass < 2, p.more)
		for minute := range 2*mostSwept + 50 {
			_, recorded := p.facts.Record.At(monday.Add(time.Duration(minute) * time.Minute))
			require.Equal(t, minute < (pass+1)*mostSwept, recorded, minute)
		}
		require.Equal(t, p.more, p.write == "", "it is written when all are in it")
	}
}

func TestOfTwoRunsOfOneSecondTheOneThatCountsIsRecorded(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][]string{"the one that counts last": {"a", "b"}, "the one that counts first": {"b", "a"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := recordingCronStore(t)
			ends := map[string]func(*batchv1.Job){"a": fails, "b": complete}
			require.NoError(t, s.Update(job("waits", "1", "cronjob:load, never", runOf("other", 3))))
			for i, name := range order {
				require.NoError(t, s.Update(job(name, fmt.Sprint(i+2), "", runOf("load", 1), ends[name])))
			}
			for range 3 {
				p, _ := s.pending(load)
				outcome, recorded := p.facts.Record.At(monday.Add(time.Minute))
				require.True(t, recorded)
				require.Equal(t, lang.Succeeded, outcome.Outcome, "b is the newest by UID")
			}
		})
	}
}

func TestARunOfWhichNothingChangedConcernsNobody(t *testing.T) {
	t.Parallel()
	s, _, asked := recordingCronStore(t)
	require.NoError(t, s.Update(job("waits", "1", "cronjob:load", runOf("other", 3))))
	require.NoError(t, s.Update(job("run", "2", "", runOf("load", 1))))
	require.Contains(t, asked(), "waits")
	require.NoError(t, s.Update(job("run", "3", "", runOf("load", 1), func(j *batchv1.Job) { j.Labels = map[string]string{"flaps": "yes"} })))
	require.Empty(t, asked())
	require.NoError(t, s.Update(job("run", "4", "", runOf("load", 1), complete)))
	require.Contains(t, asked(), "waits")
}

func TestAJobThatIsNoLongerARunLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(*batchv1.Job){
		"it has another owner":      runOf("other", 1),
		"it has no scheduled time":  func(*batchv1.Job) {},
		"it is another Job by name": func(j *batchv1.Job) { j.UID = "another" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := recordingCronStore(t)
			require.NoError(t, s.Update(job("run", "1", "", runOf("load", 1), guarded, goingAway)))
			require.Equal(t, 1, s.crons.Children(load).Len())
			require.NoError(t, s.Update(job("run", "2", "", then)))
			require.Zero(t, s.crons.Children(load).Len())
			require.Empty(t, s.crons.going)
		})
	}
}

func TestARecordThatIsWrittenConcernsOnlyWhatGoes(t *testing.T) {
	t.Parallel()
	s, crons, asked := recordingCronStore(t)
	now := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
	s.clock = now
	require.NoError(t, s.Update(job("waits", "1", "cronjob:load, never", runOf("other", 300))))
	for i := range 5 {
		require.NoError(t, s.Update(job(fmt.Sprintf("stays-%d", i), fmt.Sprint(i+2), "", runOf("load", i), complete)))
	}
	require.NoError(t, s.Update(job("goes", "10", "", runOf("load", 6), complete, guarded, goingAway)))
	p, _ := s.pending(load)
	require.NotEmpty(t, p.write)
	asked()

	var written batchv1.CronJob
	written.Namespace, written.Name, written.UID, written.ResourceVersion = "n", "load", "uid-load", "11"
	written.Spec.Schedule, written.CreationTimestamp.Time = "* * * * *", monday
	written.Annotations = map[string]string{schedule.OutcomesAnnotation: p.write}
	s.recorded(&written)
	require.Equal(t, "goes load waits", asked())

	require.NoError(t, s.Update(job("next", "12", "", runOf("load", 7), complete)))
	p, _ = s.pending(load)
	require.Empty(t, p.write, "it was written just now")
	require.Equal(t, s.saveRest, p.wait)
	now.SetTime(now.Now().Add(p.wait))
	p, _ = s.pending(load)
	require.NotEmpty(t, p.write)

	require.NoError(t, crons.Delete(aCronJob(t, "load")))
	s.recorded(&written)
	require.Nil(t, s.crons.of[load], "the answer to a patch brings no CronJob back")
}

func TestNoMoreIsAskedLiveThanOneCronJobMayAsk(t *testing.T) {
	t.Parallel()
	s, crons, _ := recordingCronStore(t)
	now := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
	s.clock = now
	require.NoError(t, crons.Update(aCronJob(t, "load", func(c *batchv1.CronJob) {
		c.ResourceVersion, c.Status.LastScheduleTime = "2", &c.CreationTimestamp
		last := *c.Status.LastScheduleTime
		last.Time = monday.Add(1000 * time.Minute)
		c.Status.LastScheduleTime = &last
	})))
	for i := range 500 {
		require.NoError(t, s.Update(job(fmt.Sprintf("waits-%d", i), fmt.Sprint(i+3), "cronjob:load", runOf("other", i+1))))
		s.decide(lang.Job("n", fmt.Sprintf("waits-%d", i)))
	}
	asks := map[time.Time]int{}
	for range 10 {
		p, _ := s.pending(load)
		for _, at := range p.ask {
			asks[at]++
			s.heard(load, types.UID("uid-load"), at, schedule.NotFound)
		}
		require.True(t, p.asks)
	}
	require.Len(t, asks, schedule.MaxRuns)
	now.SetTime(now.Now().Add(catchUp))
	p, _ := s.pending(load)
	require.Len(t, p.ask, schedule.MaxRuns)
	require.False(t, slices.ContainsFunc(p.ask, func(at time.Time) bool { return asks[at] > 0 }))
}

func TestATemplateOfACronJobIsNotKept(t *testing.T) {
	t.Parallel()
	s, crons, _ := recordingCronStore(t)
	template := func(version, text string) {
		require.NoError(t, crons.Update(aCronJob(t, "report", func(c *batchv1.CronJob) {
			c.ResourceVersion = version
			c.Spec.JobTemplate.Annotations = map[string]string{gate.DependsOnAnnotation: text}
		})))
	}
	template("2", "cronjob:load")
	require.True(t, s.isNamed(load))
	require.Empty(t, s.crons.Runs(gate.CronJobRef("n", "report")).CronJob.DependsOn)
	template("3", "cronjob:load, "+strings.Repeat("x", longText))
	require.False(t, s.isNamed(load), "a text that is too long names nothing")
	template("4", "cronjob:load or other")
	require.True(t, s.isNamed(load))
	template("5", "")
	require.False(t, s.isNamed(load))
}
