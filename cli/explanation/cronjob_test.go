package explanation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate/schedule"
)

func TestTheNextTimeOfACronJob(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)
	daily := schedule.CronJob{Namespace: "etl", Name: "load", UID: "u", Schedule: "0 2 * * *", Created: now.AddDate(0, 0, -7)}
	last := func(c schedule.CronJob, at time.Time) schedule.CronJob {
		c.Last = at
		return c
	}
	today := now.Truncate(time.Hour)
	never := daily
	never.Schedule = "0 0 30 2 *"
	young := daily
	young.Created = now.Add(-time.Minute)
	for name, test := range map[string]struct {
		cronJob schedule.CronJob
		want    time.Time
	}{
		"after today's run it is tomorrow's":                {last(daily, today), today.AddDate(0, 0, 1)},
		"a time that is due and was not passed is next":     {last(daily, today.AddDate(0, 0, -1)), today},
		"of several that are due Kubernetes takes the last": {last(daily, today.AddDate(0, 0, -4)), today},
		"a new CronJob has no time before its creation":     {young, today.AddDate(0, 0, 1)},
		"a clock that is behind does not go back":           {last(daily, today.AddDate(0, 0, 1)), today.AddDate(0, 0, 2)},
		"a schedule without times has none":                 {never, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, ok := NextTime(schedule.Gather(test.cronJob, nil), now)
			require.Equal(t, !test.want.IsZero(), ok)
			require.Equal(t, test.want, at)
		})
	}
}
