package schedule

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// day is a day in which nothing changes, at 00:00 UTC.
var day = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

func clock(days, hour, minute int) time.Time {
	return day.AddDate(0, 0, days).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// daemon is a CronJob that is watched since its creation a week before, and whose last run was at a time.
func daemon(name, schedule string, last time.Time) CronJob {
	c := CronJob{Namespace: "etl", Name: name, UID: types.UID("uid-" + name), Created: clock(-7, 12, 0), Schedule: schedule}
	c.Record = Record{}.Begin(&c, c.Created)
	c.Last = last
	c.Record = c.Record.SeenThrough(&c)
	return c
}

func child(c CronJob, t time.Time, outcome lang.Outcome) Child {
	return Child{
		Name: c.JobName(t), UID: types.UID(c.JobName(t)), Created: t, Time: t,
		Object: &lang.Object{UID: c.JobName(t), Created: t, Outcome: outcome},
	}
}

// said tells what each run means, in a short form.
func said(r Resolution) (list []string) {
	if r.Problem != nil {
		return []string{string(r.Problem.Code)}
	}
	for _, run := range r.Runs {
		text := run.Time.Format("02 15:04")
		switch {
		case run.State == None:
			text = "none"
		case run.Object.Problem != nil:
			text += " " + string(run.Object.Problem.Code)
		case run.Object.Outcome == lang.Undecided:
			text += " undecided"
		default:
			text += " " + words[run.Object.Outcome]
		}
		list = append(list, text)
	}
	return list
}

func succeeded(c CronJob, times ...time.Time) CronJob {
	for _, t := range times {
		c.Record = c.Record.With(Outcome{Time: t, Outcome: lang.Succeeded, Created: t, Finished: t.Add(time.Minute)})
	}
	return c
}

func TestWhichRunIsMeant(t *testing.T) {
	t.Parallel()
	berlin := func(c CronJob) CronJob {
		c.Zone = "Europe/Berlin"
		return c
	}
	daily := daemon("report", "0 6 * * *", clock(0, 6, 0))
	load := succeeded(daemon("load", "0 2 * * *", clock(0, 2, 0)), clock(-2, 2, 0), clock(-1, 2, 0), clock(0, 2, 0))
	suspended := succeeded(daemon("load", "0 2 * * *", clock(-1, 2, 0)), clock(-1, 2, 0))
	suspended.Suspended = true
	young := CronJob{Namespace: "etl", Name: "young", UID: "uid-young", Created: clock(0, 7, 0), Schedule: "0 2 * * *"}
	skipped := succeeded(daemon("load", "0 2 * * *", clock(0, 2, 0)), clock(-2, 2, 0), clock(0, 2, 0))
	forbidden := skipped
	forbidden.Last = clock(-2, 2, 0)
	interrupted := succeeded(daemon("load", "0 2 * * *", clock(-1, 2, 0)), clock(-2, 2, 0))
	interrupted.Record = interrupted.Record.Begin(&interrupted, clock(-1, 9, 0))
	interrupted.Last = clock(0, 2, 0)
	interrupted.Record = interrupted.Record.SeenThrough(&interrupted)
	behind := skipped
	behind.Record.Until = clock(-2, 2, 0)
	unseen := daemon("load", "0 2 * * *", clock(0, 2, 0))
	every := succeeded(daemon("load", "@every 8h", clock(0, 4, 0)), clock(-1, 4, 0), clock(0, 4, 0))
	shifted := succeeded(daemon("load", "@every 8h", clock(0, 4, 1)), clock(-1, 4, 0), clock(0, 4, 1))
	edited := succeeded(daemon("load", "0 2 * * *", clock(-1, 2, 0)), clock(-1, 2, 0))
	edited.Schedule = "0 1 * * *"
	edited.Record = edited.Record.See(&edited, clock(0, 0, 30))
	never := CronJob{Namespace: "etl", Name: "never", UID: "uid-never", Created: clock(-1, 0, 0), Schedule: "0 0 30 2 *"}
	broken := CronJob{Namespace: "etl", Name: "broken", UID: "uid-broken", Created: clock(-1, 0, 0), Schedule: "0 0 * * *", Zone: "Mars/Olympus"}
	dst := func(name, zone string, created, last time.Time) CronJob {
		c := CronJob{Namespace: "etl", Name: name, UID: types.UID(name), Created: created, Schedule: "30 2 * * *", Zone: zone}
		c.Record = Record{}.Begin(&c, created)
		c.Last = last
		c.Record = c.Record.SeenThrough(&c)
		return c
	}
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC)
	}
	noon := func(zone string, created time.Time) *CronJob {
		return &CronJob{Namespace: "etl", Name: "noon", UID: "noon", Created: created, Schedule: "0 12 * * *", Zone: zone}
	}

	for name, test := range map[string]struct {
		named    CronJob
		children []Child
		own      *CronJob
		time     time.Time
		offset   int
		answers  Answers
		want     []string
		asks     int
	}{
		"the same schedule is exactly the same time": {named: load, own: &load, time: clock(0, 2, 0), want: []string{"25 02:00 succeeded"}},
		"an hourly Job waits for the last daily run": {
			named: load, own: ptr(daemon("hourly", "0 * * * *", clock(0, 6, 0))), time: clock(0, 6, 0), want: []string{"25 02:00 succeeded"},
		},
		"a daily Job waits for a daily run of its night": {named: load, own: &daily, time: clock(0, 6, 0), want: []string{"25 02:00 succeeded"}},
		"yesterday's success does not open today's Job": {
			named: succeeded(daemon("load", "0 2 * * *", clock(-1, 2, 0)), clock(-1, 2, 0)), own: &daily, time: clock(0, 6, 0),
			want: []string{"25 02:00 undecided"},
		},
		"a plain Job means the last run before it was made": {named: load, time: clock(0, 1, 59), want: []string{"24 02:00 succeeded"}},
		"a consumer younger than its producer has a full period": {
			named: load, own: &CronJob{Namespace: "etl", Name: "new", UID: "new", Created: clock(0, 5, 0), Schedule: "0 6 * * *"}, time: clock(0, 6, 0),
			want: []string{"25 02:00 succeeded"},
		},
		"a producer younger than its consumer has no run, and says so": {named: young, own: &daily, time: clock(0, 6, 0), want: []string{"no-run"}},
		"@-1 is the one before":                                      {named: load, own: &load, time: clock(0, 2, 0), offset: -1, want: []string{"24 02:00 succeeded"}},
		"@-1 of the first run is none, and skipped":                  {named: young, own: &young, time: clock(1, 2, 0), offset: -1, want: []string{"none"}},
		"@+1 is the next one, not there yet":                         {named: load, own: &load, time: clock(0, 2, 0), offset: 1, want: []string{"26 02:00 undecided"}},
		"@+2 counts on by the schedule":                              {named: load, time: clock(0, 3, 0), offset: 2, want: []string{"27 02:00 undecided"}},
		"@-1 precedes the earliest of a set":                         {named: succeeded(daemon("half", "0 */12 * * *", clock(0, 0, 0)), clock(-1, 0, 0)), own: &daily, time: clock(0, 6, 0), offset: -1, want: []string{"24 00:00 succeeded"}},
		"a run that Forbid delays is not there yet":                  {named: forbidden, time: clock(-1, 6, 0), want: []string{"24 02:00 undecided"}},
		"a passed time is asked for":                                 {named: skipped, time: clock(-1, 6, 0), want: []string{"24 02:00 undecided"}, asks: 1},
		"a passed time without a Job in an unbroken watch is missed": {named: skipped, time: clock(-1, 6, 0), answers: Answers{clock(-1, 2, 0): NotFound}, want: []string{"24 02:00 skipped"}},
		"a Job that the GET finds will be told by its watch":         {named: skipped, time: clock(-1, 6, 0), answers: Answers{clock(-1, 2, 0): Exists}, want: []string{"24 02:00 undecided"}},
		"the GET decides nothing while the watch of Jobs is behind":  {named: behind, time: clock(-1, 6, 0), answers: Answers{clock(-1, 2, 0): NotFound}, want: []string{"24 02:00 undecided"}},
		"a passed time is lost where the watch was broken":           {named: interrupted, time: clock(-1, 6, 0), answers: Answers{clock(-1, 2, 0): NotFound}, want: []string{"24 02:00 run-lost"}},
		"lastScheduleTime without a Job is lost":                     {named: unseen, time: clock(0, 6, 0), answers: Answers{clock(0, 2, 0): NotFound}, want: []string{"25 02:00 run-lost"}},
		"a suspended CronJob says so":                                {named: suspended, time: clock(0, 6, 0), want: []string{"25 02:00 cronjob-suspended"}},
		"a suspended CronJob still has its earlier runs":             {named: suspended, time: clock(-1, 6, 0), want: []string{"24 02:00 succeeded"}},
		"a Job made later for the time counts instead of the record": {
			named: load, time: clock(0, 6, 0), want: []string{"25 02:00 failed"},
			children: []Child{{Name: "again", UID: "again", Created: clock(0, 5, 0), Time: clock(0, 2, 0), Object: &lang.Object{Outcome: lang.Failed}}},
		},
		"an earlier Job that is still there does not count instead of a later record": {
			named: load, time: clock(0, 6, 0), want: []string{"25 02:00 succeeded"},
			children: []Child{{Name: "old", UID: "old", Created: clock(0, 1, 59), Time: clock(0, 2, 0), Object: &lang.Object{Outcome: lang.Failed}}},
		},
		"of two Jobs of a time the newest counts": {
			named: unseen, time: clock(0, 6, 0), want: []string{"25 02:00 succeeded"},
			children: []Child{
				{Name: "load-2", UID: "b", Created: clock(0, 3, 0), Time: clock(0, 2, 0), Object: &lang.Object{Outcome: lang.Succeeded}},
				{Name: "load-1", UID: "a", Created: clock(0, 2, 0), Time: clock(0, 2, 0), Object: &lang.Object{Outcome: lang.Failed}},
			},
		},
		"of two Jobs of a time and a second the greater UID counts": {
			named: unseen, time: clock(0, 6, 0), want: []string{"25 02:00 failed"},
			children: []Child{
				{Name: "load-1", UID: "a", Created: clock(0, 2, 0), Time: clock(0, 2, 0), Object: &lang.Object{Outcome: lang.Succeeded}},
				{Name: "load-2", UID: "b", Created: clock(0, 2, 0), Time: clock(0, 2, 0), Object: &lang.Object{Outcome: lang.Failed}},
			},
		},
		"a backfilled time before the creation is a time": {
			named: young, time: clock(0, 6, 0), want: []string{"25 02:00 succeeded"},
			children: []Child{child(young, clock(0, 2, 0), lang.Succeeded)},
		},
		"of @every, times passed over are between those that are a multiple apart": {named: every, time: clock(-1, 21, 0), answers: Answers{clock(-1, 20, 0): NotFound}, want: []string{"24 20:00 skipped"}},
		"of @every with a moved phase, only Jobs and records are times":            {named: shifted, time: clock(-1, 21, 0), want: []string{"24 04:00 succeeded"}},
		"@every goes on from lastScheduleTime":                                     {named: shifted, time: clock(0, 4, 30), offset: 1, want: []string{"25 12:01 undecided"}},
		"a schedule edited in the night counts from the edit":                      {named: edited, own: &daily, time: clock(0, 6, 0), want: []string{"25 01:00 undecided"}},
		"a schedule edited in the night leaves the nights before":                  {named: edited, own: &daily, time: clock(-1, 6, 0), want: []string{"24 02:00 succeeded"}},
		"a schedule that never fires has no next run":                              {named: never, time: clock(0, 6, 0), offset: 1, want: []string{"no-run"}},
		"a schedule that never fires has no run":                                   {named: never, time: clock(0, 6, 0), want: []string{"no-run"}},
		"an unknown zone is a problem":                                             {named: broken, time: clock(0, 6, 0), want: []string{"schedule-unreadable"}},
		"288 runs are too many":                                                    {named: daemon("often", "*/5 * * * *", clock(0, 6, 0)), own: &daily, time: clock(0, 6, 0), want: []string{"too-many-runs"}},
		"96 runs are too many":                                                     {named: daemon("often", "*/15 * * * *", clock(0, 6, 0)), own: &daily, time: clock(0, 6, 0), want: []string{"too-many-runs"}},
		"of 288 runs, @-1 is the one before the day": {
			named: succeeded(daemon("often", "*/5 * * * *", clock(0, 6, 0)), clock(-1, 6, 0)), own: &daily, time: clock(0, 6, 0), offset: -1, want: []string{"24 06:00 succeeded"},
		},
		"02:30 in Berlin does not exist on the day that loses an hour": {
			named: dst("load", "Europe/Berlin", at(3, 27, 12, 0), at(3, 28, 1, 30)), own: noon("Europe/Berlin", at(3, 27, 12, 0)), time: at(3, 29, 10, 0),
			children: []Child{child(CronJob{Name: "load"}, at(3, 28, 1, 30), lang.Succeeded)}, want: []string{"28 01:30 succeeded"},
		},
		"02:30 in Berlin comes twice on the day that gains an hour": {
			named: dst("load", "Europe/Berlin", at(10, 23, 12, 0), at(10, 24, 0, 30)), own: noon("Europe/Berlin", at(10, 23, 12, 0)), time: at(10, 25, 11, 0),
			want: []string{"25 00:30 undecided", "25 01:30 undecided"},
		},
		"02:30 in New York does not exist on the day that loses an hour": {
			named: dst("load", "America/New_York", at(3, 6, 12, 0), at(3, 7, 7, 30)), own: noon("America/New_York", at(3, 6, 12, 0)), time: at(3, 8, 16, 0),
			children: []Child{child(CronJob{Name: "load"}, at(3, 7, 7, 30), lang.Succeeded)}, want: []string{"07 07:30 succeeded"},
		},
		"01:30 in New York comes twice on the day that gains an hour, and 02:30 once": {
			named: dst("load", "America/New_York", at(10, 30, 12, 0), at(10, 31, 6, 30)), own: noon("America/New_York", at(10, 30, 12, 0)), time: at(11, 1, 17, 0),
			want: []string{"01 07:30 undecided"},
		},
		"a time zone counts": {named: berlin(daemon("load", "0 2 * * *", clock(0, 1, 0))), time: clock(0, 6, 0), children: []Child{child(CronJob{Name: "load"}, clock(0, 1, 0), lang.Succeeded)}, want: []string{"25 01:00 succeeded"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			subject := Subject{Time: test.time}
			if test.own != nil {
				subject.Own = Gather(*test.own, nil)
			}
			got := Resolve(subject, Gather(test.named, NewChildren(test.children...)), test.offset, test.answers)
			require.Equal(t, test.want, said(got))
			require.Len(t, got.Ask, test.asks)
			for _, run := range got.Runs {
				require.NotNil(t, run.Object)
			}
		})
	}
}

func ptr[T any](value T) *T { return &value }

func TestADailyJobWaitsForAll24HourlyRuns(t *testing.T) {
	t.Parallel()
	hourly := daemon("hourly", "0 * * * *", clock(0, 6, 0))
	daily := daemon("report", "0 6 * * *", clock(0, 6, 0))
	got := Resolve(Subject{Time: clock(0, 6, 0), Own: Gather(daily, nil)}, Gather(hourly, nil), 0, nil)
	require.Len(t, got.Runs, 24)
	require.Equal(t, clock(-1, 7, 0), got.Runs[0].Time)
	require.Equal(t, clock(0, 6, 0), got.Runs[23].Time)
	require.Len(t, got.Ask, 24)
}

func TestChildrenAreThoseOfTheLivingCronJob(t *testing.T) {
	t.Parallel()
	job := func(name string, uid types.UID, controller bool, scheduled string) *batchv1.Job {
		j := &batchv1.Job{}
		j.Name = name
		j.OwnerReferences = append(j.OwnerReferences, ownerOf(uid, controller))
		j.Annotations = map[string]string{batchv1.CronJobScheduledTimestampAnnotation: scheduled}
		return j
	}
	for name, test := range map[string]struct {
		job    *batchv1.Job
		want   bool
		answer Answer
	}{
		"one that the CronJob controls":                {job("load-1", "new", true, "2026-11-25T03:00:00+01:00"), true, Exists},
		"one that somebody made for the time":          {job("again", "new", false, "2026-11-25T02:00:00Z"), true, Exists},
		"one of the CronJob that was deleted":          {job("load-1", "old", true, "2026-11-25T02:00:00Z"), false, NotFound},
		"one of a CronJob whose name begins like ours": {job("load-all-1", "all", true, "2026-11-25T02:00:00Z"), false, NotFound},
		"one made by hand without a time":              {job("load-now", "new", true, ""), false, NotFound},
		"one whose time is no time":                    {job("load-now", "new", true, "yesterday"), false, NotFound},
		"one of another second of the same minute":     {job("load-1", "new", true, "2026-11-25T02:00:30Z"), true, NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, ok := ChildOf("new", test.job, &lang.Object{})
			require.Equal(t, test.want, ok)
			if ok {
				require.Equal(t, time.UTC, c.Time.Location())
			}
			require.Equal(t, test.answer, AnswerOf("new", clock(0, 2, 0), test.job))
		})
	}
	require.Equal(t, NotFound, AnswerOf("new", clock(0, 2, 0), nil))
}

func TestARecreatedCronJobHasNoneOfTheRunsBefore(t *testing.T) {
	t.Parallel()
	old := succeeded(daemon("load", "0 2 * * *", clock(0, 2, 0)), clock(0, 2, 0))
	object := &batchv1.CronJob{}
	object.Name, object.Namespace, object.UID = "load", "etl", "another"
	object.CreationTimestamp.Time = clock(0, 4, 0)
	object.Annotations = map[string]string{OutcomesAnnotation: old.Record.String()}
	object.Spec.Schedule = "0 2 * * *"
	recreated := Observe(object)
	require.Equal(t, Record{}, recreated.Record)
	require.Equal(t, []string{"no-run"}, said(Resolve(Subject{Time: clock(0, 6, 0)}, Gather(recreated, nil), 0, nil)))
	require.Equal(t, []string{"26 02:00 undecided"}, said(Resolve(Subject{Time: clock(0, 6, 0)}, Gather(recreated, nil), 1, nil)))

	begun := old.Record.Begin(&recreated, clock(0, 4, 0))
	require.Equal(t, types.UID("another"), begun.UID)
	_, ok := begun.At(clock(0, 2, 0))
	require.False(t, ok)
}

func TestWhyThereIsNoJob(t *testing.T) {
	t.Parallel()
	load := daemon("load", "0 2 * * *", clock(-1, 2, 0))
	with := func(change func(*CronJob)) CronJob {
		c := load
		change(&c)
		return c
	}
	passed := func(c *CronJob) { c.Last = clock(1, 2, 0); c.Record = c.Record.SeenThrough(c) }
	for name, test := range map[string]struct {
		cronJob CronJob
		now     time.Time
		answer  Answer
		want    Absence
		says    string
	}{
		"not due":            {load, clock(0, 1, 0), Unasked, NotDue, "is not due yet"},
		"not started":        {load, clock(0, 2, 1), Unasked, NotStarted, "kubectl describe cronjob load -n etl"},
		"suspended":          {with(func(c *CronJob) { c.Suspended = true }), clock(0, 3, 0), Unasked, IsSuspended, `set its "suspend" to false`},
		"forbidden":          {with(func(c *CronJob) { c.Policy = batchv1.ForbidConcurrent; c.Active = []string{"load-1"} }), clock(0, 3, 0), Unasked, IsForbidden, "until job load-1 has ended"},
		"late":               {with(func(c *CronJob) { c.Deadline = ptr(time.Minute) }), clock(0, 3, 0), Unasked, IsLate, "startingDeadlineSeconds (1m0s)"},
		"missed":             {with(passed), clock(1, 3, 0), NotFound, IsMissed, `depctl run cronjob/load -n etl --at 2026-11-25T02:00:00Z`},
		"not settled":        {with(passed), clock(1, 3, 0), Unasked, NotSettled, "being looked up"},
		"lost":               {with(func(c *CronJob) { c.Last = clock(0, 2, 0); c.Record = c.Record.SeenThrough(c) }), clock(0, 3, 0), NotFound, IsLost, "nobody saw how it ended"},
		"deleted":            {succeeded(load, clock(0, 2, 0)), clock(0, 3, 0), Unasked, IsGone, "succeeded, and its Job was deleted since"},
		"recorded as missed": {with(func(c *CronJob) { c.Record = c.Record.With(MissedOutcome(clock(0, 2, 0), clock(1, 2, 0))) }), clock(1, 3, 0), Unasked, IsMissed, "without a Job"},
		"another time":       {with(func(c *CronJob) { c.Schedule = "0 3 * * *"; c.Record = Record{} }), clock(0, 3, 0), Unasked, NoSuchTime, "the next one is at 2026-11-25T03:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			why, sentence := Gather(test.cronJob, nil).Why(clock(0, 2, 0), test.now, test.answer)
			require.Equal(t, test.want, why)
			require.Contains(t, sentence, test.says)
		})
	}
	why, sentence := Gather(load, NewChildren(child(load, clock(0, 2, 0), lang.Undecided))).Why(clock(0, 2, 0), clock(0, 3, 0), Unasked)
	require.Equal(t, HasJob, why)
	require.Equal(t, fmt.Sprintf("job etl/%s is the run of cronjob etl/load at 2026-11-25T02:00:00Z", load.JobName(clock(0, 2, 0))), sentence)
}
