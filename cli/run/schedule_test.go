package run

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesBecomeThoseOfCronJobs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"extract":                       "cronjob:extract",
		"extract, etl/load[i]":          "cronjob:extract, cronjob:etl/load[i]",
		"job:extract or failed(load)":   "cronjob:extract or failed(cronjob:load)",
		"succeeded(a, b) >= 1 + 10m":    "succeeded(cronjob:a, cronjob:b) >= 1 + 10m",
		"licence@, extract@mon, x":      "licence@, extract@mon, cronjob:x",
		"cronjob:nightly@-1, self[i-1]": "cronjob:nightly@-1, self[i-1]",
		"failed(run)":                   "",
		"shard-* >= 3":                  "",
		"{app=etl}":                     "",
	} {
		got, err := asCronJobs(text)
		if want == "" {
			require.ErrorContains(t, err, "cronjob:", text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}
