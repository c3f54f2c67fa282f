package status

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

func observe(t *testing.T, name, text string) *lang.Object {
	t.Helper()
	k, known := kind.Of(name)
	require.True(t, known, name)
	o := &unstructured.Unstructured{}
	data, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &o.Object)) // numbers as the API server's are read
	return Observe(k, o)
}

// words says how an object stands.
func words(o *lang.Object) string {
	var all []string
	if o.Problem != nil {
		all = append(all, string(o.Problem.Code))
	}
	if o.Started {
		all = append(all, "started")
	}
	if o.Ready {
		all = append(all, "ready")
	}
	switch o.Outcome {
	case lang.Succeeded:
		all = append(all, "succeeded")
	case lang.Failed:
		all = append(all, strings.TrimRight("failed "+o.Reason, " "))
	}
	return strings.Join(all, ", ")
}

const deploymentHead = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {generation: 2}\nspec: {replicas: 2}\nstatus: "

func TestEachKindIsReadByItsOwnWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ says, kind, object, want string }{
		{"a pod that is made", "pod", "status: {phase: Pending}", ""},
		{"a pod that runs", "pod", "status: {phase: Running, conditions: [{type: Ready, status: 'False'}]}", "started"},
		{"a pod that is ready", "pod", "status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}", "started, ready"},
		{"a pod that has succeeded", "pod", "status: {phase: Succeeded}", "started, succeeded"},
		{"a pod that was evicted", "pod", "status: {phase: Failed, reason: Evicted}", "started, failed Evicted"},
		{"a deployment that nobody has seen", "deployment", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {generation: 1}\nspec: {replicas: 1}", ""},
		{"a deployment that comes up", "deployment", deploymentHead + "{observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1}", "started"},
		{"a deployment that is up", "deployment", deploymentHead + "{observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: [{type: Available, status: 'True'}, {type: Progressing, status: 'True', reason: NewReplicaSetAvailable}]}", "started, ready"},
		{"a deployment whose change was not seen yet", "deployment", deploymentHead + "{observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: [{type: Available, status: 'True'}, {type: Progressing, status: 'True', reason: NewReplicaSetAvailable}]}", "started"},
		{"a deployment of nothing", "deployment", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {generation: 1}\nspec: {replicas: 0}\nstatus: {observedGeneration: 1, conditions: [{type: Available, status: 'True'}, {type: Progressing, status: 'True', reason: NewReplicaSetAvailable}]}", ""},
		{"a statefulset", "statefulset", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {generation: 1}\nspec: {replicas: 1}\nstatus: {observedGeneration: 1, replicas: 1, currentReplicas: 1, updatedReplicas: 1, readyReplicas: 1, currentRevision: a, updateRevision: a}", "started, ready"},
		{"a daemonset", "daemonset", "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {generation: 1}\nstatus: {observedGeneration: 1, desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1, numberReady: 1}", "started, ready"},
		{"a replicaset", "replicaset", "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {generation: 1}\nspec: {replicas: 1}\nstatus: {observedGeneration: 1, replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, availableReplicas: 1}", "started, ready"},
		{"a service: its slices say more", "service", "spec: {}", ""},
		{"a claim that waits", "pvc", "status: {phase: Pending}", ""},
		{"a claim that is bound", "pvc", "status: {phase: Bound}", "started, ready"},
		{"a configmap", "cm", "data: {a: b}", ""},
		{"a jobset that runs", "jobset", "status: {conditions: [{type: Other, status: 'True'}]}", "started, ready"},
		{"a jobset that is suspended", "jobset", "spec: {suspend: true}\nstatus: {conditions: [{type: Suspended, status: 'True'}]}", ""},
		{"a jobset that was suspended after its end", "jobset", "spec: {suspend: true}\nstatus: {conditions: [{type: Completed, status: 'True'}]}", "started, succeeded"},
		{"a rayjob that is suspended", "rayjob", "spec: {suspend: true}\nstatus: {jobDeploymentStatus: Suspended}", ""},
		{"a pytorchjob that Kueue suspends", "pytorchjob", "spec: {runPolicy: {suspend: true}}\nstatus: {conditions: [{type: Suspended, status: 'True'}, {type: Running, status: 'False'}]}", ""},
		{"a trainjob that Kueue suspends", "trainjob", "spec: {suspend: true}\nstatus: {conditions: [{type: Suspended, status: 'True'}]}", ""},
		{"a jobset that is complete", "jobset", "status: {conditions: [{type: Completed, status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z'}]}", "started, succeeded"},
		{"a jobset that failed", "jobset", "status: {conditions: [{type: Failed, status: 'True', reason: FailedJobs}]}", "started, failed FailedJobs"},
		{"a rayjob that runs", "rayjob", "status: {jobStatus: RUNNING, jobDeploymentStatus: Running, observedGeneration: 1}\nmetadata: {generation: 1}", "started, ready"},
		{"a rayjob whose cluster is still there", "rayjob", "status: {jobStatus: SUCCEEDED, jobDeploymentStatus: Running}", "started, ready"},
		{"a rayjob that succeeded", "rayjob", "status: {jobStatus: SUCCEEDED, jobDeploymentStatus: Complete}", "started, succeeded"},
		{"a rayjob that was stopped", "rayjob", "status: {jobStatus: STOPPED, jobDeploymentStatus: Complete}", "started, failed STOPPED"},
		{"a rayjob that failed", "rayjob", "status: {jobStatus: FAILED, jobDeploymentStatus: Failed}", "started, failed Failed"},
		{"a trainjob", "trainjob", "status: {conditions: [{type: Complete, status: 'True'}]}", "started, succeeded"},
		{"a pytorchjob that runs", "pytorchjob", "status: {conditions: [{type: Running, status: 'True'}]}", "started, ready"},
		{"an mpijob that failed", "mpijob", "status: {conditions: [{type: Failed, status: 'True', reason: MPIJobFailed}]}", "started, failed MPIJobFailed"},
		{"a sparkapplication", "sparkapplication", "status: {applicationState: {state: COMPLETED}}", "started, succeeded"},
		{"a sparkapplication that was not taken", "sparkapplication", "status: {applicationState: {state: SUBMISSION_FAILED}}", "started, failed SUBMISSION_FAILED"},
		{"an appwrapper", "appwrapper", "status: {phase: Succeeded}", "started, succeeded"},
		{"a workflow that runs", "workflow", "status: {phase: Running}", "started, ready"},
		{"a workflow with an error", "workflow", "status: {phase: Error}", "started, failed Error"},
		{"a pipelinerun that succeeded", "pipelinerun", "status: {conditions: [{type: Succeeded, status: 'True', reason: Completed}]}", "started, succeeded"},
		{"a taskrun that failed", "taskrun", "status: {conditions: [{type: Succeeded, status: 'False', reason: TaskRunTimeout}]}", "started, failed TaskRunTimeout"},
		{"a taskrun that runs", "taskrun", "status: {conditions: [{type: Succeeded, status: Unknown, reason: Running}]}", "started, ready"},
		{"a job of Volcano", "vcjob", "status: {state: {phase: Completed}}", "started, succeeded"},
		{"a job of Volcano that was aborted", "vcjob", "status: {state: {phase: Aborted}}", "started, failed Aborted"},
		{"an object of any kind that says nothing", "widget.example.com", "spec: {size: 3}", ""},
		{"an object of any kind that is not ready", "widget.example.com", "status: {conditions: [{type: Ready, status: 'False'}]}", ""},
		{"an object of any kind that is ready", "widget.example.com", "status: {conditions: [{type: Ready, status: 'True'}]}", "started, ready"},
		{"an object of any kind that is complete", "widget.example.com", "status: {conditions: [{type: Complete, status: 'True'}]}", "started, succeeded"},
		{"an object that is being deleted", "widget.example.com", "metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'}\nstatus: {conditions: [{type: Ready, status: 'True'}]}", ""},
		{"a status that is none", "widget.example.com", "status: 3", "unreadable"},
		{"conditions that are none", "widget.example.com", "status: {conditions: yes}", "unreadable"},
		{"conditions of another shape", "widget.example.com", "status: {conditions: [3, {type: 4}, {status: 'True'}], ready: true}", "unreadable"},
		{"a phase that is a number", "pod", "status: {phase: 3}", ""},
	} {
		require.Equal(t, test.want, words(observe(t, test.kind, test.object)), test.says)
	}
}

func TestTimesAreThoseThatTheObjectSays(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, at, observe(t, "jobset", "status: {conditions: [{type: Completed, status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z'}]}").Finished)
	require.Equal(t, at, observe(t, "workflow", "status: {phase: Succeeded, finishedAt: '2026-01-01T01:00:00+01:00'}").Finished)
	require.Equal(t, at, observe(t, "pod", "status: {phase: Running, startTime: '2026-01-01T00:00:00Z'}").StartedAt)
	require.Zero(t, observe(t, "pod", "status: {phase: Succeeded}").Finished)
	require.Equal(t, []lang.Condition{{Type: "Synced", Since: at}},
		observe(t, "widget.example.com", "status: {conditions: [{type: Synced, status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z'}, {type: Other, status: 'False'}]}").Conditions)
}

// Whatever an object says, nothing breaks, and no more than a little of it is kept.
func TestAnyObjectIsRead(t *testing.T) {
	t.Parallel()
	value := rapid.Deferred(anything)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(append(kind.Names(), "widget.example.com")).Draw(t, "kind")
		k, _ := kind.Of(name)
		o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": k.Group + "/v1", "kind": "X", "status": value.Draw(t, "status")}}
		object := Observe(k, o)
		require.LessOrEqual(t, len(object.Conditions), mostConditions)
		if object.Problem != nil {
			require.Less(t, len(object.Problem.Message), 300)
		}
	})
}

func anything() *rapid.Generator[any] {
	leaf := rapid.OneOf(rapid.Just[any](nil), rapid.Just[any](int64(3)), rapid.Just[any](1.5), rapid.Just[any](true),
		rapid.Map(rapid.SampledFrom([]string{"True", "Succeeded", "Failed", "Ready", "Complete", "x", strings.Repeat("long", 200)}), func(s string) any { return s }))
	key := rapid.SampledFrom([]string{"conditions", "phase", "type", "status", "reason", "jobStatus", "state", "readyReplicas", "observedGeneration", "lastTransitionTime"})
	inner := rapid.OneOf(leaf, rapid.Map(rapid.MapOfN(key, leaf, 0, 4), func(m map[string]any) any { return m }))
	list := rapid.Map(rapid.SliceOfN(inner, 0, 40), func(l []any) any { return l })
	return rapid.OneOf(leaf, rapid.Map(rapid.MapOfN(key, rapid.OneOf(inner, list), 0, 5), func(m map[string]any) any { return m }))
}
