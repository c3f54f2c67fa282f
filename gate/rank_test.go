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

func TestAReleaseWritesTheRankToThePods(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before map[string]string
		how    ReleaseOptions
		want   map[string]string
	}{
		"beside what its maker wrote": {map[string]string{"note": "mine"}, ReleaseOptions{Rank: time.Hour, RankPods: true}, map[string]string{"note": "mine", RankAnnotation: "3600"}},
		"where there was nothing":     {nil, ReleaseOptions{Rank: time.Hour, RankPods: true}, map[string]string{RankAnnotation: "3600"}},
		"in place of a copied one":    {map[string]string{RankAnnotation: "7"}, ReleaseOptions{Rank: time.Hour, RankPods: true}, map[string]string{RankAnnotation: "3600"}},
		"only where it is asked to":   {nil, ReleaseOptions{Rank: time.Hour}, nil},
		"only where there is one":     {nil, ReleaseOptions{RankPods: true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := waiting()
			job.Spec.Template.Annotations = test.before
			patch, err := ReleasePatch(Observe(job), NewRelease(Observe(job), at, ByGate, nil), test.how)
			require.NoError(t, err)
			got, err := apply(t, job, patch)
			require.NoError(t, err)
			require.Equal(t, test.want, got.Spec.Template.Annotations)
		})
	}
}

func TestAJobThatIsMadeAnewHasNoRank(t *testing.T) {
	t.Parallel()
	ranked := func() map[string]any {
		return map[string]any{"annotations": map[string]any{RankAnnotation: "7", "team": "a"}}
	}
	job := &unstructured.Unstructured{Object: map[string]any{"metadata": ranked(), "spec": map[string]any{"template": map[string]any{"metadata": ranked()}}}}
	anew := Recreate(job)
	require.Equal(t, map[string]string{"team": "a"}, anew.GetAnnotations())
	template, _, err := unstructured.NestedStringMap(anew.Object, "spec", "template", "metadata", "annotations")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"team": "a"}, template)
}
