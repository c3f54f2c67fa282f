package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestAReleaseRecordsTheRank(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before string
		rank   time.Duration
		want   string
	}{
		"in whole seconds":           {"", 90*time.Second + 600*time.Millisecond, "91"},
		"in place of a copied one":   {"7", time.Hour, "3600"},
		"none without limits":        {"", 0, ""},
		"a copied one stays without": {"7", 0, "7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := waiting()
			if test.before != "" {
				job.Annotations[RankAnnotation] = test.before
			}
			patch, err := ReleasePatch(Observe(job), NewRelease(Observe(job), at, ByGate, nil), ReleaseOptions{Rank: test.rank})
			require.NoError(t, err)
			got, err := apply(t, job, patch)
			require.NoError(t, err)
			require.Equal(t, test.want, got.Annotations[RankAnnotation])
		})
	}
}

func TestAJobThatIsMadeAnewHasNoRank(t *testing.T) {
	t.Parallel()
	job := &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"annotations": map[string]any{RankAnnotation: "7", "team": "a"}}}}
	require.Equal(t, map[string]string{"team": "a"}, Recreate(job).GetAnnotations())
}
