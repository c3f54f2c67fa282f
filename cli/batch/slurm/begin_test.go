package slurm

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimesThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"7-12": 180 * time.Hour, "24855-0": 24855 * 24 * time.Hour, "24856-0": 0, "106752-0": 0, "213504-0": 0, "200000-0": 0, "2147483647-23:59:59": 0,
		"2147483647:0:0": 0, "35791394": 35791394 * time.Minute, "35791395": 0,
	} {
		got, err := parseTime(text)
		if want == 0 {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestFormsOfBegin(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 15, 30, 0, 0, time.FixedZone("CET", 3600))
	for text, want := range map[string]string{
		"now": "2026-11-23T15:30:00+01:00", "now+3600": "2026-11-23T16:30:00+01:00", "now+2days": "2026-11-25T15:30:00+01:00",
		"now + 2 hours": "2026-11-23T17:30:00+01:00", "NOW+1Minute": "2026-11-23T15:31:00+01:00",
		"today": "2026-11-23T00:00:00+01:00", "tomorrow": "2026-11-24T00:00:00+01:00", "tomorrow 16:00": "2026-11-24T16:00:00+01:00",
		"teatime tomorrow": "2026-11-24T16:00:00+01:00", "midnight": "2026-11-24T00:00:00+01:00", "noon": "2026-11-24T12:00:00+01:00",
		"elevenses": "2026-11-24T11:00:00+01:00", "fika": "2026-11-24T15:00:00+01:00", "teatime": "2026-11-23T16:00:00+01:00",
		"16:00:00": "2026-11-23T16:00:00+01:00", "4:05pm": "2026-11-23T16:05:00+01:00", "12:00 AM": "2026-11-24T00:00:00+01:00",
		"2030-01-20": "2030-01-20T00:00:00+01:00", "2030-01-20T12:34": "2030-01-20T12:34:00+01:00", "2030-1-2 7:08": "2030-01-02T07:08:00+01:00",
		"01/20/30": "2030-01-20T00:00:00+01:00", "01.20.30": "2030-01-20T00:00:00+01:00", "012030": "2030-01-20T00:00:00+01:00",
		"0120": "2027-01-20T00:00:00+01:00", "12/24": "2026-12-24T00:00:00+01:00", "1/20-16:00": "2027-01-20T16:00:00+01:00",
		"yesterday": "", "02/30": "", "13/01": "", "25:00": "", "13:00pm": "", "": "", "T": "", "12": "", "120": "", "2030-01-20x": "", "now+2fortnights": "",
		"0:90": "", "2026-00-10T12:00": "", "00/00 12:00": "", "2030-01-20 12/24": "", "noon 16:00": "", "noontomorrow": "", "16:00:": "", "1630": "", "02/29": "",
		"01/20/2030": "2030-01-20T00:00:00+01:00", "1224": "2026-12-24T00:00:00+01:00", "2026-12-24T16:00:05": "2026-12-24T16:00:05+01:00",
		"now+521weeks": "2036-11-17T15:30:00+01:00", "now+9999weeks": "", "now+20000weeks": "", "now+999999999": "", "now+999999999hours": "", "now+999999999days": "", "nowhere": "",
	} {
		got, err := parseBegin(text, now)
		if want == "" {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, got.Format(time.RFC3339), text)
	}
}
