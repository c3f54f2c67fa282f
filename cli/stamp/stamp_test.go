package stamp

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
)

func indexed(completions int32) *batchv1.Job {
	return &batchv1.Job{Spec: batchv1.JobSpec{CompletionMode: ptr.To(batchv1.IndexedCompletion), Completions: &completions}}
}

func TestNamesAreUniqueAndFit(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 53) + "-" + strings.Repeat("b", 9)
	for name, test := range map[string]struct {
		step   string
		job    *batchv1.Job
		length int
	}{
		"a short step":                    {"load", &batchv1.Job{}, len("load-12345678")},
		"a step of 63 characters":         {long, &batchv1.Job{}, 62}, // "-" before the hash would stand twice
		"an array of one":                 {strings.Repeat("a", 63), indexed(1), 61},
		"an array whose last index is 9":  {strings.Repeat("a", 63), indexed(10), 61},
		"an array whose last index is 10": {strings.Repeat("a", 63), indexed(11), 60},
		"an array without completions":    {strings.Repeat("a", 63), &batchv1.Job{Spec: batchv1.JobSpec{CompletionMode: ptr.To(batchv1.IndexedCompletion)}}, 63},
	} {
		t.Run(name, func(t *testing.T) {
			first := Name(test.step, "monday", 0, test.job)
			require.Regexp(t, regexp.MustCompile(`^[a-z]+-[0-9a-f]{8}$`), first)
			require.Len(t, first, test.length)
			require.Equal(t, first, Name(test.step, "monday", 0, test.job), "the same run is made once")
			require.NotEqual(t, first, Name(test.step, "tuesday", 0, test.job))
			require.NotEqual(t, first, Name(test.step, "monday", 1, test.job), "a later Job of the step")
		})
	}
}

func TestWhatARunWritesOnItsSteps(t *testing.T) {
	t.Parallel()
	job := &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{"name": "load", "annotations": map[string]any{"depctl.dev/depends-on": "extract"}},
		"spec": map[string]any{"template": map[string]any{"spec": map[string]any{
			"initContainers": []any{map[string]any{"name": "first"}},
			"containers": []any{map[string]any{"name": "main", "env": []any{
				map[string]any{"name": "DAY", "valueFrom": map[string]any{}}, map[string]any{"name": "FILE", "value": "$(DAY).csv"},
			}}},
		}}},
	}}
	got := Stamp{
		Run: "mon", Step: "load", Name: "load-1", Size: 3, FailFast: true, Deadline: "6h",
		Scheduled: time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC), Variables: []Variable{{"DAY", "29"}},
	}.On(job)
	require.Equal(t, map[string]string{"depctl.dev/run": "mon", "depctl.dev/step": "load"}, got.GetLabels())
	require.Equal(t, map[string]string{
		"depctl.dev/depends-on": "extract", "depctl.dev/run-size": "3", "depctl.dev/fail-fast": "true", "depctl.dev/wait-timeout": "6h",
		"batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-11-29T02:00:00Z",
	}, got.GetAnnotations())
	spec, _, err := unstructured.NestedMap(got.Object, "spec", "template", "spec")
	require.NoError(t, err)
	day := map[string]any{"name": "DAY", "value": "29"}
	require.Equal(t, map[string]any{
		"initContainers": []any{map[string]any{"name": "first", "env": []any{day}}},
		"containers":     []any{map[string]any{"name": "main", "env": []any{day, map[string]any{"name": "FILE", "value": "$(DAY).csv"}}}},
	}, spec)
	require.Equal(t, "load", job.GetName(), "the manifest stays as it was")
}
