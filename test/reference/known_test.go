package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
)

// An annotation that the gate does not know holds a Job. So it knows those too that only depctl writes.
func TestTheGateKnowsEveryAnnotation(t *testing.T) {
	t.Parallel()
	all, err := constants("../..", "gate", "cli")
	require.NoError(t, err)
	seen := 0
	for _, c := range all {
		if !strings.HasSuffix(strings.ToLower(c.name), "annotation") || !strings.HasPrefix(c.value, prefix) {
			continue
		}
		seen++
		job := gate.Observe(&batchv1.Job{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{gate.DependsOnAnnotation: "a", c.value: "b"}}})
		require.Empty(t, job.Unknown, "add it to gate/unknown.go")
	}
	require.Greater(t, seen, 20)
}
