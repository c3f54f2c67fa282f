package reference

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

func TestNamesAreReadAsKubectlWritesThem(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"load":                   "etl/load",
		"job/load":               "etl/load",
		"jobs/load":              "etl/load",
		"job.batch/load":         "etl/load",
		"jobs.batch/load":        "etl/load",
		"jobs.v1.batch/load":     "etl/load",
		"job.v1.batch/load":      "etl/load",
		"reports/load":           "reports/load",
		"job/reports/load":       "reports/load",
		"job.batch/reports/load": "reports/load",
		"":                       "",
		"job/":                   "",
		"/load":                  "",
		"reports/":               "",
		"a/b/c":                  "",
		"job.batch/a/b/c":        "",
		"cronjob.batch/load":     "",
		"pod/load":               "",
		"job.example.com/load":   "",
	} {
		ref, err := Parse(name, "etl")
		if want == "" {
			require.Error(t, err, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, lang.KindJob, ref.Kind, name)
		require.Equal(t, want, ref.Namespace+"/"+ref.Name, name)
	}
}

func TestExpressionsTakeWhatSubmitPrints(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"job.batch/a":                         "a",
		"job/a":                               "a",
		"job.batch/a, jobs.batch/b or(job/c)": "a, b or(c)",
		"finished(job.batch/etl/a)":           "finished(etl/a)",
		"failed(job.batch/a, code=3)":         "failed(a, code=3)",
		"etl/job":                             "etl/job",
		"myjob/a":                             "myjob/a",
		"my-job/a":                            "my-job/a",
		"job:job/a":                           "job:job/a",
		`"job/a", job/b`:                      `"job/a", b`,
		"job":                                 "job",
	} {
		require.Equal(t, want, InExpression(text), text)
	}
}
