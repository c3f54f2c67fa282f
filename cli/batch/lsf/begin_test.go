package lsf

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimesToBegin(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 15, 30, 0, 0, time.FixedZone("CET", 3600))
	for text, want := range map[string]string{
		"22:00":         "2026-11-23T21:00:00Z",
		"1:00":          "2026-11-24T00:00:00Z",
		"30:22:00":      "2026-11-30T21:00:00Z",
		"2027:1:2:3:04": "2027-01-02T02:04:00Z",
		"25:61":         "",
		"2:31:10:00":    "",
		"0:0:10:00":     "",
		"22":            "",
	} {
		got, err := parseBegin(text, now)
		if want == "" {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, got.UTC().Format(time.RFC3339), text)
	}
}
