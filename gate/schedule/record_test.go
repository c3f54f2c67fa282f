package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

func ownerOf(uid types.UID, controller bool) metav1.OwnerReference {
	return metav1.OwnerReference{APIVersion: "batch/v1", Kind: "CronJob", UID: uid, Controller: &controller}
}

// year is the record of a year of a schedule.
func year(t testing.TB, text string, outcome func(i int) Outcome) Record {
	c := CronJob{Namespace: "etl", Name: "x", UID: "5f2d9d0e-3c1b-4b7e-9f0a-0f6a4d1c2b3a", Created: clock(-365, 0, 0), Schedule: text, Zone: "Europe/Berlin"}
	times, err := Read(c.Schedule, c.Zone, c.Created)
	require.NoError(t, err)
	record := Record{}.Begin(&c, c.Created)
	i := 0
	for u, _ := times.Next(c.Created); u.Before(day); u, _ = times.Next(u) {
		o := outcome(i)
		o.Time, o.Created, o.Finished = u, u.Add(time.Second), u.Add(time.Duration(40+i%7)*time.Second)
		record, c.Last = record.With(o), u
		i++
	}
	return record.SeenThrough(&c)
}

func always(int) Outcome { return Outcome{Outcome: lang.Succeeded} }

func TestAYearStaysTiny(t *testing.T) {
	t.Parallel()
	for text, most := range map[string]int{"*/30 * * * *": 1024, "30 2 * * *": 1100, "30 6-16/4 * * 1-5": 1900, "@every 30m": 1024} {
		record := year(t, text, always)
		require.Less(t, len(record.String()), most, "%s: %s", text, record)
		require.True(t, record.Kept.IsZero())
		require.Equal(t, record, ParseRecord(record.String()))
		o, ok := record.At(record.spans[0].first)
		require.True(t, ok)
		require.Equal(t, lang.Succeeded, o.Outcome)
		require.False(t, o.Finished.Before(record.spans[0].first), "a finish that is not too early")
	}
}

func TestWhatNoLongerFitsIsForgotten(t *testing.T) {
	t.Parallel()
	record := year(t, "30 2 * * *", func(i int) Outcome {
		return []Outcome{{Outcome: lang.Succeeded}, {Outcome: lang.Failed, Reason: "BackoffLimitExceeded"}}[i%2]
	})
	require.LessOrEqual(t, len(record.String()), maxText)
	require.False(t, record.Kept.IsZero())
	require.Equal(t, record, ParseRecord(record.String()))
	c := CronJob{Namespace: "etl", Name: "x", UID: record.UID, Created: clock(-365, 0, 0), Schedule: "30 2 * * *", Zone: "Europe/Berlin", Last: record.Until, Record: record}
	require.Equal(t, []string{record.Kept.Format("02 15:04") + " run-forgotten"}, said(Resolve(Subject{Time: record.Kept}, Gather(c, nil), 0, nil)))
}

func TestWith(t *testing.T) {
	t.Parallel()
	c := daemon("load", "0 2 * * *", clock(0, 2, 0))
	first := Outcome{Time: clock(0, 2, 0), Outcome: lang.Failed, Reason: "DeadlineExceeded", Created: clock(0, 2, 0), Finished: clock(0, 3, 0)}
	again := Outcome{Time: clock(0, 2, 0), Outcome: lang.Succeeded, Created: clock(0, 5, 0), Finished: clock(0, 6, 0)}
	record := c.Record.With(first)
	require.Equal(t, record, record.With(first), "the same again")
	repaired := record.With(again)
	o, _ := repaired.At(clock(0, 2, 0))
	require.Equal(t, again, o, "a later attempt replaces")
	require.Equal(t, repaired, repaired.With(first), "an earlier one does not")
	require.Equal(t, repaired, repaired.With(MissedOutcome(clock(0, 2, 0), clock(0, 7, 0))), "nor does a run that was none")
	o, _ = record.At(clock(0, 2, 0))
	require.Equal(t, first, o, "a record is a value")
	require.Equal(t, record, record.With(Outcome{Time: clock(0, 3, 0)}), "what is undecided is not recorded")
}

func TestALaterAttemptReplacesWithinARange(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"30 2 * * *", "@every 24h"} {
		record := year(t, text, always)
		span := record.spans[0]
		for _, at := range []time.Time{span.first, record.neighbour(span, span.first, 1), record.neighbour(span, span.last, -1), span.last} {
			failed := record.With(Outcome{Time: at, Outcome: lang.Failed, Created: day, Finished: day.Add(time.Hour)})
			o, ok := failed.At(at)
			require.True(t, ok)
			require.Equal(t, lang.Failed, o.Outcome)
			require.Equal(t, failed, ParseRecord(failed.String()))
			for u, i := span.first, 0; i < 400 && !u.After(span.last); u, i = record.neighbour(span, u, 1), i+1 {
				o, ok := failed.At(u)
				require.True(t, ok, "%s at %s: %s", text, u, failed)
				require.Equal(t, u.Equal(at), o.Outcome == lang.Failed)
				if u.Equal(span.last) {
					break
				}
			}
			repaired := failed.With(Outcome{Time: at, Outcome: lang.Succeeded, Created: day.Add(time.Hour), Finished: day.Add(2 * time.Hour)})
			require.Len(t, repaired.spans, len(record.spans), "one range again: %s", repaired)
		}
	}
}

func TestWithoutKeepsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	record := year(t, "30 2 * * *", func(i int) Outcome {
		return []Outcome{{Outcome: lang.Succeeded}, {Outcome: lang.Failed}}[i/10%2]
	})
	needed := record.spans[3].first
	trimmed := record.Without(needed)
	require.Less(t, len(trimmed.String()), len(record.String()))
	require.True(t, trimmed.Kept.Before(needed))
	_, ok := trimmed.At(needed)
	require.True(t, ok)
	_, ok = trimmed.At(record.spans[0].first)
	require.False(t, ok)
	require.Equal(t, trimmed, trimmed.Without(needed))
	require.Equal(t, trimmed, trimmed.With(Outcome{Time: record.spans[0].first, Outcome: lang.Failed, Created: day}), "what is forgotten stays so")
}

func TestEditsAreRemembered(t *testing.T) {
	t.Parallel()
	c := daemon("load", "0 2 * * *", clock(-1, 2, 0))
	for i, text := range []string{"0 3 * * *", "0 4 * * *", "0 5 * * *", "0 6 * * *", "0 7 * * *", "0 8 * * *", "0 9 * * *", "0 10 * * *", strings.Repeat("0,", 400) + "0 1 * * *"} {
		c.Schedule = text
		c.Record = c.Record.See(&c, clock(-1, 2, i+1))
		require.Equal(t, c.Record, c.Record.See(&c, clock(0, 0, 0)), "an edit is noted once")
		require.LessOrEqual(t, len(c.Record.Schedules), maxSchedules)
		require.Equal(t, c.Record, ParseRecord(c.Record.String()))
	}
	require.False(t, c.Record.Kept.IsZero(), "of what is dropped it says so")
	require.Equal(t, []string{"schedule-unreadable"}, said(Resolve(Subject{Time: clock(0, 6, 0)}, Gather(c, nil), 0, nil))[:1])
}

// Kubernetes makes up for the last time of the new schedule after lastScheduleTime, even if other edits came after
// that time. Who waits since then means it as soon as it is known, and not only once it has a Job.
func TestSeveralEditsBeforeARun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		edits []string // one each hour from 03:00 on
		away  bool     // the gate, at the last edit
		time  time.Time
		want  []string
	}{
		"one edit": {[]string{"30 2 * * *"}, false, clock(0, 3, 30), []string{"25 02:30 undecided"}},
		"a run made up for that is before two edits":   {[]string{"0 9 * * *", "30 2 * * *"}, false, clock(0, 3, 30), []string{"25 02:30 undecided"}},
		"a run made up for that is before three edits": {[]string{"0 9 * * *", "0 8 * * *", "30 2 * * *"}, false, clock(0, 3, 30), []string{"25 02:30 undecided"}},
		"a run made up for that is between two edits":  {[]string{"0 9 * * *", "30 3 * * *"}, false, clock(0, 3, 45), []string{"25 03:30 undecided"}},
		"who waited before it keeps the one before":    {[]string{"0 9 * * *", "30 2 * * *"}, false, clock(0, 2, 15), []string{"25 02:00 succeeded"}},
		"a run of the schedule between, then none":     {[]string{"30 2 * * *", "0 9 * * *"}, false, clock(0, 3, 30), []string{"25 02:30 undecided"}},
		"there and back, to what another made up for":  {[]string{"0 9 * * *", "30 2 * * *", "0 2 * * *", "30 2 * * *"}, false, clock(0, 3, 30), []string{"25 02:30 undecided"}},
		"no time since the last run":                   {[]string{"0 9 * * *", "30 1 * * *"}, false, clock(0, 3, 30), []string{"25 02:00 succeeded"}},
		"the gate was away at the second edit":         {[]string{"0 9 * * *", "30 2 * * *"}, true, clock(0, 3, 30), []string{"25 02:30 undecided"}},
		"it does not know what was between":            {[]string{"0 9 * * *", "30 3 * * *"}, true, clock(0, 3, 15), []string{"run-lost"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := succeeded(daemon("load", "0 2 * * *", clock(0, 2, 0)), clock(0, 2, 0))
			for i, text := range test.edits {
				c.Schedule = text
				if now := clock(0, 3+i, 0); test.away && i == len(test.edits)-1 {
					c.Record = c.Record.Begin(&c, now)
				} else {
					c.Record = c.Record.See(&c, now)
				}
			}
			require.Equal(t, c.Record, ParseRecord(c.Record.String()))
			require.True(t, slices.IsSortedFunc(c.Record.Schedules, func(a, b Scheduled) int { return a.Since.Compare(b.Since) }), c.Record)
			require.Equal(t, test.want, said(Resolve(Subject{Time: test.time}, Gather(c, nil), 0, nil)))
		})
	}
}

// A gate that was away does not know when the schedule was edited, and says so.
func TestAnEditWhileTheGateWasAwayIsAProblem(t *testing.T) {
	t.Parallel()
	c := succeeded(daemon("load", "0 2 * * *", clock(-1, 2, 0)), clock(-1, 2, 0))
	c.Schedule, c.Last = "*/5 * * * *", clock(0, 5, 55)
	c.Record = c.Record.Begin(&c, clock(0, 6, 1))
	require.Equal(t, c.Record, ParseRecord(c.Record.String()))
	runs := Gather(c, nil)
	require.Equal(t, []string{"run-lost"}, said(Resolve(Subject{Time: clock(0, 5, 0)}, runs, 0, nil)))
	require.Equal(t, []string{"24 02:00 succeeded"}, said(Resolve(Subject{Time: clock(-1, 2, 0)}, runs, 0, nil)))
	require.Equal(t, []string{"25 06:00 undecided"}, said(Resolve(Subject{Time: clock(0, 6, 2)}, runs, 0, nil)))
	require.Equal(t, []string{"25 06:05 undecided"}, said(Resolve(Subject{Time: clock(0, 6, 2)}, runs, 1, nil)))
}

func TestBrokenTextSaysNothing(t *testing.T) {
	t.Parallel()
	good := year(t, "30 2 * * *", always).String()
	require.NotEqual(t, Record{}, ParseRecord(good))
	for name, text := range map[string]string{
		"empty": "", "no JSON": "yes", "another JSON": `{"a":1}`, "cut off": good[:len(good)-9],
		"an unknown outcome":     strings.Replace(good, "succeeded", "won", 1),
		"a time that is none":    strings.Replace(good, "..2", "..x", 1),
		"a range of no schedule": strings.Replace(good, "30 2 * * *", "0 0 30 2 *", 1),
		"too long":               good + strings.Repeat(" ", maxText),
	} {
		require.Equal(t, Record{}, ParseRecord(text), name)
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add(year(f, "30 2 * * *", always).String())
	f.Add(year(f, "@every 24h", always).String())
	f.Add(daemon("load", "0 2 * * *", clock(0, 2, 0)).Record.With(MissedOutcome(clock(0, 2, 0), clock(1, 2, 0))).String())
	f.Fuzz(func(t *testing.T, text string) {
		record := ParseRecord(text)
		again := record.String()
		require.Equal(t, record, ParseRecord(again))
		record.At(day)
		with := record.With(Outcome{Time: day, Outcome: lang.Failed, Created: day, Finished: day})
		require.LessOrEqual(t, len(with.String()), max(maxText, len(again)))
		require.Equal(t, with, ParseRecord(with.String()))
		c := CronJob{Namespace: "etl", Name: "x", UID: record.UID, Created: clock(-9, 0, 0), Schedule: "0 2 * * *", Last: clock(-1, 2, 0), Record: record}
		for offset := -2; offset <= 2; offset++ {
			Resolve(Subject{Time: day}, Gather(c, nil), offset, nil)
		}
	})
}

func BenchmarkAYearOfEveryFiveMinutes(b *testing.B) {
	record := year(b, "*/5 * * * *", always)
	o := Outcome{Time: day, Outcome: lang.Succeeded, Created: day, Finished: day.Add(time.Minute)}
	for b.Loop() {
		record.With(o)
	}
	b.ReportMetric(float64(len(record.String())), "bytes")
}

func BenchmarkResolve(b *testing.B) {
	hourly := daemon("hourly", "0 * * * *", clock(0, 6, 0))
	for u := clock(-1, 0, 0); !u.After(clock(0, 6, 0)); u = u.Add(time.Hour) {
		hourly = succeeded(hourly, u)
	}
	load := succeeded(daemon("load", "0 2 * * *", clock(0, 2, 0)), clock(0, 2, 0))
	own := Gather(daemon("report", "0 6 * * *", clock(0, 6, 0)), nil)
	for name, named := range map[string]CronJob{"24 runs": hourly, "one run": load} {
		b.Run(name, func(b *testing.B) {
			runs := Gather(named, nil)
			for b.Loop() {
				Resolve(Subject{Time: clock(0, 6, 0), Own: own}, runs, 0, nil)
			}
		})
	}
	b.Run("gather", func(b *testing.B) {
		for b.Loop() {
			Gather(hourly, nil)
		}
	})
}
