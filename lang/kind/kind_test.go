package kind

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachWordMeansOneKind(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"job": Job, "jobs": Job, "jobs.batch": Job, "job.batch": Job, "cj": CronJob, "deploy": "deployment", "deployments.apps": "deployment",
		"pvc": "persistentvolumeclaim", "svc": "service", "wf": "workflow", "vj": "vcjob", "jobs.batch.volcano.sh": "vcjob",
		"job.batch.volcano.sh": "vcjob", "tfjobs": "tfjob", "widget.example.com": "widget.example.com",
	} {
		k, known := Of(word)
		require.True(t, known, word)
		require.Equal(t, want, k.Name, word)
	}
	for _, word := range []string{"", "widget", "Deployment", ".example.com", "widget."} {
		_, known := Of(word)
		require.False(t, known, word)
	}
	seen := map[string]string{}
	for _, k := range All() {
		for _, word := range append([]string{k.Name}, k.Also...) {
			require.Empty(t, seen[word], word)
			seen[word] = k.Name
			found, _ := Of(word)
			require.Equal(t, k.Name, found.Name)
		}
	}
}

func TestAReferenceAsksForTheMostThatItsKindCanPromise(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"job": "succeeded", "pod": "succeeded", "deployment": "ready", "service": "ready", "configmap": "exists", "workflow": "succeeded",
		"widget.example.com": "ready",
	} {
		k, _ := Of(name)
		require.Equal(t, want, k.Default(), name)
		require.True(t, k.Has(want), name)
	}
	pod, _ := Of("pod")
	require.Equal(t, []string{"succeeded", "failed", "skipped", "finished", "started", "ready", "exists", "absent"}, pod.Statuses())
}
