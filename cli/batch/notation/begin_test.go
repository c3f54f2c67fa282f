package notation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimesOfPOSIX(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 15, 30, 0, 0, time.FixedZone("CET", 3600))
	for text, want := range map[string]string{
		"12012200":      "2026-12-01T21:00:00Z",
		"2612012200.30": "2026-12-01T21:00:30Z",
		"202612012200":  "2026-12-01T21:00:00Z",
		"1200":          "2026-11-24T11:00:00Z",
		"302200":        "2026-11-30T21:00:00Z",
		"13012200":      "",
		"12012200.5":    "",
		"x":             "",
	} {
		got, err := PosixBegin(text, now)
		if want == "" {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, got.UTC().Format(time.RFC3339), text)
	}
}
