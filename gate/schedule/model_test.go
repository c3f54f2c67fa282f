package schedule

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"depctl.dev/lang"
)

// plan is a schedule as the naive reference knows it: which minutes, hours and weekdays it has.
type plan struct {
	text     string
	zone     *time.Location
	minutes  map[int]bool
	hours    map[int]bool
	weekdays map[int]bool
}

func (p plan) fires(t time.Time) bool {
	wall := t.In(p.zone)
	return p.minutes[wall.Minute()] && p.hours[wall.Hour()] && p.weekdays[int(wall.Weekday())]
}

func (p plan) zoneName() string { return p.zone.String() }

// field draws a field of a schedule and what it means.
func field(t *rapid.T, name string, size int, steps ...int) (string, map[int]bool) {
	values := map[int]bool{}
	switch rapid.IntRange(0, 3).Draw(t, name) {
	case 0:
		step := rapid.SampledFrom(steps).Draw(t, name+" step")
		for i := 0; i < size; i += step {
			values[i] = true
		}
		return fmt.Sprintf("*/%d", step), values
	case 1:
		low := rapid.IntRange(0, size-1).Draw(t, name+" low")
		high := rapid.IntRange(low, min(size-1, low+3)).Draw(t, name+" high")
		for i := low; i <= high; i++ {
			values[i] = true
		}
		return fmt.Sprintf("%d-%d", low, high), values
	default:
		var texts []string
		for range rapid.IntRange(1, 2).Draw(t, name+" values") {
			value := rapid.IntRange(0, size-1).Draw(t, name+" value")
			values[value] = true
			texts = append(texts, fmt.Sprint(value))
		}
		return strings.Join(texts, ","), values
	}
}

func drawPlan(t *rapid.T) plan {
	name := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"}).Draw(t, "zone")
	zone, err := time.LoadLocation(name)
	require.NoError(t, err)
	p := plan{zone: zone}
	var texts [3]string
	texts[0], p.minutes = field(t, "minute", 60, 15, 20, 30, 60)
	texts[1], p.hours = field(t, "hour", 24, 1, 2, 5, 8)
	texts[2], p.weekdays = "*", map[int]bool{0: true, 1: true, 2: true, 3: true, 4: true, 5: true, 6: true}
	if rapid.IntRange(0, 3).Draw(t, "weekday") == 0 {
		texts[2], p.weekdays = field(t, "weekday", 7, 1)
	}
	p.text = fmt.Sprintf("%s %s * * %s", texts[0], texts[1], texts[2])
	return p
}

// beginnings are days before and after changes of summer time, and one without.
var beginnings = []time.Time{
	time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC),
	time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 6, 0, 0, 0, 0, time.UTC),
}

// The times of a schedule are those that a look at every minute finds.
func TestTimesAreThoseOfEveryMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		begin := rapid.SampledFrom(beginnings).Draw(t, "begin").Add(time.Duration(rapid.IntRange(0, 86399).Draw(t, "created")) * time.Second)
		times, err := Read(p.text, p.zoneName(), begin)
		require.NoError(t, err)
		var naive []time.Time
		for u := begin.Truncate(time.Minute).Add(time.Minute); u.Before(begin.AddDate(0, 0, 3)); u = u.Add(time.Minute) {
			if p.fires(u) {
				naive = append(naive, u)
			}
		}
		at := begin.Add(time.Duration(rapid.IntRange(-1000, 3*86400-1).Draw(t, "at")) * time.Second)
		i, isTime := slices.BinarySearchFunc(naive, at, time.Time.Compare)
		previous, ok := times.Previous(at)
		require.Equal(t, i > 0, ok, "%s: previous of %s", p.text, at)
		if ok {
			require.Equal(t, naive[i-1], previous, p.text)
		}
		if i < len(naive) {
			next, ok := times.Next(at.Add(-time.Second))
			require.True(t, ok)
			require.Equal(t, naive[i], next, p.text)
		}
		upTo := i // Between includes its end
		if isTime {
			upTo++
		}
		list, err := times.Between(begin, at)
		require.Equal(t, upTo > MaxRuns, err != nil)
		require.True(t, slices.Equal(naive[:min(upTo, MaxRuns)], list), p.text)
	})
}

// job is a Job of the model, and how it ends.
type job struct {
	time, created, ends time.Time
	outcome             lang.Outcome
	recorded            bool
}

// model is Kubernetes' CronJob controller and a gate, minute by minute.
type model struct {
	cronJob CronJob
	record  Record
	written Record // and read again
	plans   []plan // those the CronJob had
	since   []time.Time
	jobs    map[time.Time]*job // by scheduled time: all that there ever were
	gone    map[time.Time]bool
	settled time.Time
	awake   bool
	// outages says that the gate was away at some time.
	outages bool
}

// isTime is the naive reference: whether a minute is a scheduled time.
func (m *model) isTime(u time.Time) bool {
	if !u.After(m.cronJob.Created) {
		return false
	}
	for i := len(m.plans) - 1; i >= 0; i-- {
		if u.After(m.since[i]) {
			return m.jobs[u] != nil || m.plans[i].fires(u)
		}
	}
	return m.jobs[u] != nil
}

// times lists the scheduled times of a period, the last before it if there is none.
func (m *model) times(after, upTo time.Time) (list []time.Time) {
	u := upTo.Truncate(time.Minute)
	for ; u.After(after); u = u.Add(-time.Minute) {
		if m.isTime(u) {
			list = append([]time.Time{u}, list...)
		}
	}
	for ; len(list) == 0 && u.After(m.cronJob.Created); u = u.Add(-time.Minute) {
		if m.isTime(u) {
			list = []time.Time{u}
		}
	}
	return list
}

// schedule is what Kubernetes does in a minute.
func (m *model) schedule(t *rapid.T, now time.Time, away bool) {
	if away || m.cronJob.Suspended {
		return
	}
	due := time.Time{}
	for u := now; u.After(m.cronJob.Passed()); u = u.Add(-time.Minute) {
		if m.plans[len(m.plans)-1].fires(u) {
			due = u
			break
		}
	}
	if due.IsZero() {
		return
	}
	m.cronJob.Active = nil
	for u, j := range m.jobs {
		if j.ends.After(now) {
			m.cronJob.Active = append(m.cronJob.Active, m.cronJob.JobName(u))
		}
	}
	if m.cronJob.Policy == batchv1.ForbidConcurrent && len(m.cronJob.Active) > 0 {
		return
	}
	m.jobs[due] = &job{
		time: due, created: now,
		ends:    now.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 2, 10, 90, 400}).Draw(t, "runs")) * time.Minute),
		outcome: rapid.SampledFrom([]lang.Outcome{lang.Succeeded, lang.Succeeded, lang.Failed}).Draw(t, "ends"),
	}
	m.cronJob.Last = due
}

// finish ends Jobs, records them if the gate is there, and deletes them at once.
func (m *model) finish(now time.Time) {
	for _, u := range slices.SortedFunc(maps.Keys(m.jobs), time.Time.Compare) {
		j := m.jobs[u]
		if j.ends.After(now) || m.gone[u] {
			continue
		}
		if m.awake {
			m.record = m.record.With(Outcome{Time: u, Outcome: j.outcome, Created: j.created, Finished: j.ends})
			j.recorded = true
		}
		m.gone[u] = true
	}
}

func (m *model) runs() *Runs {
	c := m.cronJob
	c.Record = m.record
	var children []Child
	for u, j := range m.jobs {
		if !m.gone[u] {
			children = append(children, Child{Name: c.JobName(u), UID: types.UID(c.JobName(u)), Created: j.created, Time: u, Object: &lang.Object{Created: j.created}})
		}
	}
	return Gather(c, NewChildren(children...))
}

// look is what the gate does in a minute.
func (m *model) look(t *rapid.T, now time.Time, awake bool) {
	switch {
	case !awake:
		m.awake, m.outages = false, true
		return
	case !m.awake:
		m.record = m.record.Begin(&m.cronJob, now)
		m.settled = m.record.From
	default:
		m.record = m.record.See(&m.cronJob, now)
	}
	m.awake = true
	m.record = m.record.SeenThrough(&m.cronJob)
	if m.settled.Equal(m.cronJob.Last) {
		return
	}
	runs := m.runs()
	for _, u := range runs.Unsettled(m.settled) {
		answer := NotFound
		if m.jobs[u] != nil && !m.gone[u] {
			answer = Exists
		}
		if run := runs.At(u, answer); run.State == Missed {
			m.record = m.record.With(MissedOutcome(u, now))
		}
	}
	m.settled = m.cronJob.Last
	if slices.Equal(m.record.recent, m.written.recent) && len(m.record.Schedules) == len(m.written.Schedules) {
		return
	}
	m.written = m.record
	again := ParseRecord(m.record.String())
	require.Equal(t, m.record, again, "what is written is what is read: %s", m.record)
}

// edit is a change of the schedule, half a minute after the minute's run.
func (m *model) edit(p plan, now time.Time, decided map[time.Time]string) {
	since := now.Add(30 * time.Second)
	for u := now; u.After(m.cronJob.Passed()); u = u.Add(-time.Minute) {
		if p.fires(u) {
			// Kubernetes makes up for it, so it is a run of those who wait since: it was none when they looked.
			since = u.Add(-time.Second)
			maps.DeleteFunc(decided, func(t time.Time, _ string) bool { return !t.Before(u) })
			break
		}
	}
	m.plans, m.since = append(m.plans, p), append(m.since, since)
	m.cronJob.Schedule, m.cronJob.Zone = p.text, p.zoneName()
}

// The run that cronjob:x means is the one that a list of all times says, and how it ended; what is decided stays. Where the
// gate was away, it may say that it does not know, and never anything else.
func TestWhatARunIsMeantIsWhatAListOfAllTimesSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		begin := rapid.SampledFrom(beginnings).Draw(t, "begin").Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "created")) * time.Minute)
		p, mine := drawPlan(t), drawPlan(t)
		if rapid.IntRange(0, 3).Draw(t, "same") == 0 {
			mine = p
		}
		m := &model{
			cronJob: CronJob{
				Namespace: "etl", Name: "x", UID: "x", Created: begin, Schedule: p.text, Zone: p.zoneName(),
				Policy: rapid.SampledFrom([]batchv1.ConcurrencyPolicy{batchv1.AllowConcurrent, batchv1.ForbidConcurrent}).Draw(t, "policy"),
			},
			plans: []plan{p}, since: []time.Time{begin}, jobs: map[time.Time]*job{}, gone: map[time.Time]bool{},
		}
		const minutes = 48 * 60
		edits, gateAway, away := draws(t, "edit", minutes, 3), draws(t, "gate away", minutes, 2), draws(t, "controller away", minutes, 1)
		if rapid.Bool().Draw(t, "no outage") {
			gateAway = nil
		}
		m.look(t, begin, true)
		var waiting []Subject
		decided := map[time.Time]string{}
		for i := 1; i < minutes; i++ {
			now := begin.Add(time.Duration(i) * time.Minute)
			m.schedule(t, now, within(away, i))
			m.finish(now)
			if slices.Contains(edits, i) {
				if next := drawNext(t, m.plans, len(gateAway) == 0); next.text+next.zoneName() != m.cronJob.Schedule+m.cronJob.Zone {
					m.edit(next, now, decided)
				}
			}
			m.look(t, now.Add(30*time.Second), !within(gateAway, i))
			if mine.fires(now) && len(waiting) < 20 {
				waiting = append(waiting, Subject{Time: now})
			}
			if m.awake && (i%151 == 0 || i == minutes-1) {
				m.check(t, mine, waiting, decided, now)
			}
		}
	})
}

// drawNext draws the plan that follows others. Whether it may be one of them is up to whether the gate is always
// there: of an edit that is taken back while it is away it never learns.
func drawNext(t *rapid.T, plans []plan, always bool) plan {
	last := len(plans) - 1
	if always && rapid.IntRange(0, 2).Draw(t, "taken back") == 0 {
		return plans[rapid.IntRange(0, last).Draw(t, "to")]
	}
	next := drawPlan(t)
	if slices.ContainsFunc(plans, func(p plan) bool { return p.text == next.text && p.zone == next.zone }) {
		return plans[last]
	}
	return next
}

// check compares what each Job means with the naive list.
func (m *model) check(t *rapid.T, mine plan, waiting []Subject, decided map[time.Time]string, now time.Time) {
	runs := m.runs()
	own := Gather(CronJob{Namespace: "etl", Name: "own", UID: "own", Created: m.cronJob.Created, Last: now, Schedule: mine.text, Zone: mine.zoneName()}, nil)
	answers := Answers{}
	for i, subject := range waiting {
		begins := subject.Time.Add(-time.Minute)
		for !mine.fires(begins) {
			begins = begins.Add(-time.Minute)
		}
		subject.Own = own
		if i%2 == 1 {
			subject.Own, begins = nil, subject.Time // a plain Job
		}
		got := Resolve(subject, runs, 0, answers)
		for _, u := range got.Ask {
			answers[u] = NotFound
			if m.jobs[u] != nil && !m.gone[u] {
				answers[u] = Exists
			}
		}
		got = Resolve(subject, runs, 0, answers)
		require.Empty(t, got.Ask)
		m.compare(t, subject, got, m.times(begins, subject.Time), decided)
	}
}

func (m *model) compare(t *rapid.T, subject Subject, got Resolution, want []time.Time, decided map[time.Time]string) {
	if problem := got.Problem; problem != nil {
		switch {
		case problem.Code == ProblemLost && m.outages: // it may say so
		case problem.Code == ProblemTooMany:
			require.Greater(t, len(want), MaxRuns)
		case problem.Code == ProblemNone:
			require.Empty(t, want)
		default:
			require.Fail(t, problem.Message)
		}
		return
	}
	var times []time.Time
	all, text := true, ""
	for _, run := range got.Runs {
		times = append(times, run.Time)
		j := m.jobs[run.Time]
		switch {
		case run.Object.Problem != nil:
			all = false
			require.Equal(t, ProblemLost, run.Object.Problem.Code)
			require.True(t, m.outages, "nothing is lost while the gate is there: %s", run.Object.Problem.Message)
		case run.Object.Outcome == lang.Undecided:
			all = false
			require.False(t, j != nil && m.gone[run.Time] && j.recorded, "it is recorded")
		case j == nil:
			require.Equal(t, ReasonMissed, run.Object.Reason)
			require.True(t, run.Time.Before(m.cronJob.Last))
		default:
			require.Equal(t, j.outcome, run.Object.Outcome, "the run of %s", run.Time)
		}
		text += fmt.Sprintln(run.Time, run.Object.Outcome)
	}
	require.Equal(t, want, times, "schedules %v since %v, created %s, for %s", m.plans, m.since, m.cronJob.Created, subject.Time)
	if before, ok := decided[subject.Time]; ok && all {
		require.Equal(t, before, text, "what was decided changed")
	}
	if all {
		decided[subject.Time] = text
	} else {
		require.NotContains(t, decided, subject.Time, "what was decided is undecided again")
	}
}

// draws draws some minutes.
func draws(t *rapid.T, name string, size, most int) []int {
	return rapid.SliceOfNDistinct(rapid.IntRange(1, size-1), 0, most, rapid.ID[int]).Draw(t, name)
}

// within reports whether a minute is in the five hours after one of them.
func within(beginnings []int, i int) bool {
	return slices.ContainsFunc(beginnings, func(begin int) bool { return begin <= i && i < begin+300 })
}
