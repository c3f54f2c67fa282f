package peers

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"depctl.dev/test/sandbox"
)

var jobSets = schema.GroupVersionResource{Group: "jobset.x-k8s.io", Version: "v1alpha2", Resource: "jobsets"}

var deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}

const twoJobs = `
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {name: pair}
spec:
  replicatedJobs:
  - name: main
    replicas: 2
    template: {spec: {template: {spec: {containers: [{name: main, image: none}]}}}}
`

func TestJobSetRunsItsJobsAfterARestart(t *testing.T) {
	s := newSpace(t)
	require.NoError(t, s.Kill(sandbox.JobSet))
	var set unstructured.Unstructured
	require.NoError(t, yaml.Unmarshal([]byte(twoJobs), &set.Object))
	sets := s.objects.Resource(jobSets).Namespace(s.name)
	_, err := sets.Create(t.Context(), &set, metav1.CreateOptions{})
	require.ErrorContains(t, err, "failed calling webhook", "JobSet's own webhook is asked")
	require.NoError(t, s.Restart(t.Context(), sandbox.JobSet))
	_, err = sets.Create(t.Context(), &set, metav1.CreateOptions{})
	require.NoError(t, err)
	s.until("the JobSet is complete", func() bool {
		set, err := sets.Get(t.Context(), "pair", metav1.GetOptions{})
		require.NoError(t, err)
		state, _, _ := unstructured.NestedString(set.Object, "status", "terminalState")
		return state == "Completed"
	})
}
