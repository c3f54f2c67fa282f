package stamp

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
)

func TestAJobOfAnEvent(t *testing.T) {
	t.Parallel()
	job := func(spec map[string]any) *unstructured.Unstructured {
		cronJob := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "batch/v1", "kind": "CronJob", "metadata": map[string]any{"name": "load", "namespace": "etl", "uid": "1"},
			"spec": map[string]any{"jobTemplate": map[string]any{"spec": spec}},
		}}
		return OfCronJob(cronJob, "load-1", time.Time{}, nil)
	}
	one := job(map[string]any{"template": map[string]any{"metadata": map[string]any{"annotations": map[string]any{"a": "b"}}}})
	require.NoError(t, OfEvent(one, "key 1", map[string]string{"event": "x", "event-type": "push"}))
	annotations, _, err := unstructured.NestedStringMap(one.Object, "spec", "template", "metadata", "annotations")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "b", "depctl.dev/result.event": "x", "depctl.dev/result.event-type": "push"}, annotations)
	require.Equal(t, "key 1", one.GetAnnotations()[gate.EventKeyAnnotation])

	bare := job(map[string]any{"template": map[string]any{}})
	require.NoError(t, OfEvent(bare, "", map[string]string{"event": "x"}))
	require.NotContains(t, bare.GetAnnotations(), gate.EventKeyAnnotation)

	long := map[string]string{"event": strings.Repeat("x", 60<<10)}
	require.NoError(t, OfEvent(job(map[string]any{"completions": int64(200), "template": map[string]any{}}), "", long))
	require.ErrorContains(t, OfEvent(job(map[string]any{"completions": int64(300), "template": map[string]any{}}), "", long),
		"for each of 300 pods, at most 16777216 in all")
}
