package controller

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"depctl.dev/gate/lookup"
	"depctl.dev/gate/status"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

const aDeployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: n, name: d, uid: 0b1e8c3e-9f6c-4b6c-8d2e-2f8f7f1a2b3c, generation: 2, labels: {app: web}, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: {replicas: 2}
status: {observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: [{type: Available, status: "True", lastTransitionTime: "2026-01-01T00:00:00Z"}, {type: Progressing, status: "True", reason: NewReplicaSetAvailable, lastTransitionTime: "2026-01-01T00:00:00Z"}]}
`

// BenchmarkWatchedObjects puts 10,000 Deployments on the board, of which Jobs name 100, and then changes one for
// each iteration.
func BenchmarkWatchedObjects(b *testing.B) {
	const objects = 10_000
	data, err := yaml.YAMLToJSON([]byte(aDeployment))
	require.NoError(b, err)
	o := &unstructured.Unstructured{}
	require.NoError(b, json.Unmarshal(data, &o.Object))
	of, _ := kind.Of("deployment")
	s, _ := recordingStore()
	for i := range 100 {
		require.NoError(b, s.Add(job(fmt.Sprintf("j-%d", i), "1", fmt.Sprintf("deployment:d-%d", i))))
	}
	put := func(i int) {
		ref := lang.Ref{Kind: "deployment", Namespace: "n", Name: fmt.Sprintf("d-%d", i)}
		facts := status.Observe(of, o)
		s.Apply(func(board lookup.Board) { board.Set(ref, facts, o.GetLabels()) })
	}
	before := heap()
	for i := range objects {
		put(i)
	}
	perObject := float64(heap()-before) / objects
	n := 0
	for b.Loop() {
		put(n % objects)
		n++
	}
	b.ReportMetric(perObject, "B/object")
	runtime.KeepAlive(s)
}
