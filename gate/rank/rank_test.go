package rank_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate/rank"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		says string
		want time.Duration
	}{
		"seconds":                         {"90", 90 * time.Second},
		"nothing":                         {"0", 0},
		"30 days are the most":            {"2592000", rank.Max},
		"more than that counts as that":   {"2592001", rank.Max},
		"as much as 64 bits hold, too":    {"9223372036854775807", rank.Max},
		"more than 64 bits count nothing": {"9223372036854775808", 0},
		"less than none counts nothing":   {"-1", 0},
		"a fraction counts nothing":       {"1.5", 0},
		"a duration counts nothing":       {"90s", 0},
		"an empty text counts nothing":    {"", 0},
		"spaces are not left out":         {" 5", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, rank.Of(map[string]string{rank.Annotation: test.says}))
		})
	}
	require.Zero(t, rank.Of(nil))
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{0, time.Second, 90 * time.Second, rank.Max} {
		require.Equal(t, d, rank.Of(map[string]string{rank.Annotation: rank.Text(d)}))
	}
	require.Equal(t, "2", rank.Text(1500*time.Millisecond), "rounded to seconds")
}
