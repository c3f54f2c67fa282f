package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadRefusesWhatKubernetesDoes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ schedule, zone string }{
		"nothing": {"", ""}, "four fields": {"0 2 * *", ""}, "an unknown zone": {"0 2 * * *", "Mars/Olympus"},
		"the zone of the machine": {"0 2 * * *", "Local"}, "TZ without a blank": {"TZ=UTC", ""}, "an hour of 25": {"0 25 * * *", ""},
	} {
		_, err := Read(test.schedule, test.zone, day)
		require.Error(t, err, name)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		schedule, zone string
		created, at    time.Time
		previous, next time.Time
	}{
		"daily":                              {"0 2 * * *", "", clock(-9, 0, 0), clock(0, 2, 0), clock(-1, 2, 0), clock(1, 2, 0)},
		"daily in a zone":                    {"0 2 * * *", "Europe/Berlin", clock(-9, 0, 0), clock(0, 2, 0), clock(0, 1, 0), clock(1, 1, 0)},
		"a zone in the schedule":             {"CRON_TZ=Europe/Berlin 0 2 * * *", "", clock(-9, 0, 0), clock(0, 2, 0), clock(0, 1, 0), clock(1, 1, 0)},
		"yearly":                             {"@yearly", "", clock(-9999, 0, 0), clock(0, 2, 0), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		"the 29th of February":               {"0 0 29 2 *", "", clock(-9999, 0, 0), clock(0, 2, 0), time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)},
		"every minute of one day":            {"* * 1 1 *", "", clock(-9999, 0, 0), clock(0, 2, 0), time.Date(2026, 1, 1, 23, 59, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		"none before the creation":           {"0 2 * * *", "", clock(0, 1, 0), clock(0, 2, 0), time.Time{}, clock(1, 2, 0)},
		"the first after the creation":       {"0 2 * * *", "", clock(5, 1, 0), clock(0, 2, 0), time.Time{}, clock(5, 2, 0)},
		"not at the creation itself":         {"0 2 * * *", "", clock(0, 2, 0), clock(0, 2, 30), time.Time{}, clock(1, 2, 0)},
		"@every from creation to the second": {"@every 90m", "", clock(-1, 0, 0).Add(7 * time.Second), clock(0, 0, 0), clock(-1, 22, 30).Add(7 * time.Second), clock(0, 0, 0).Add(7 * time.Second)},
		"@every has none at the creation":    {"@every 90m", "", clock(0, 0, 0), clock(0, 1, 0), time.Time{}, clock(0, 1, 30)},
		"the 30th of February":               {"0 0 30 2 *", "", clock(-9999, 0, 0), clock(0, 2, 0), time.Time{}, time.Time{}},
		"no minute":                          {", * * * *", "", clock(-9999, 0, 0), clock(0, 2, 0), time.Time{}, time.Time{}},
		"no weekday":                         {"0 0 * * ,", "", clock(-9999, 0, 0), clock(0, 2, 0), time.Time{}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			times, err := Read(test.schedule, test.zone, test.created)
			require.NoError(t, err)
			previous, ok := times.Previous(test.at)
			require.Equal(t, !test.previous.IsZero(), ok)
			if ok {
				require.Equal(t, test.previous, previous)
			}
			next, ok := times.Next(test.at)
			require.Equal(t, !test.next.IsZero(), ok)
			if ok {
				require.Equal(t, test.next, next)
			}
		})
	}
}

func TestMoreThan64TimesAreTooMany(t *testing.T) {
	t.Parallel()
	times, err := Read("0 * * * *", "", clock(-9, 0, 0))
	require.NoError(t, err)
	list, err := times.Between(clock(0, 0, 0), clock(0, 64, 0))
	require.NoError(t, err)
	require.Len(t, list, MaxRuns)
	list, err = times.Between(clock(0, 0, 0), clock(0, 65, 0))
	require.ErrorIs(t, err, ErrTooMany)
	require.Len(t, list, MaxRuns)
}

// Where summer time begins at midnight, or by half an hour, the library has its quirks, as Kubernetes has: what is
// next and what is previous agree all the same.
func FuzzRead(f *testing.F) {
	for _, schedule := range []string{"30 2 * * *", "@every 1h", "@yearly", "0 0 30 2 *", "TZ=UTC", "TZ=Europe/Berlin */5 * * * *", ", * * * *", "0 0 * * 1-5", "*/61 * * * *"} {
		for _, zone := range []string{"", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Local"} {
			f.Add(schedule, zone, day.Unix())
		}
	}
	f.Fuzz(func(t *testing.T, schedule, zone string, unix int64) {
		if unix %= 1 << 33; len(schedule) > 100 {
			return
		}
		at := time.Unix(unix, 0)
		times, err := Read(schedule, zone, at.AddDate(-20, 0, 0))
		if err != nil {
			return
		}
		previous, ok := times.Previous(at)
		if ok {
			require.True(t, previous.Before(at))
			next, fires := times.Next(previous)
			require.True(t, !fires || !next.Before(at), "%s is after %s and before %s", next, previous, at)
		}
		next, ok := times.Next(at)
		require.True(t, !ok || next.After(at))
	})
}
