package gate

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/yaml"
)

func TestAnew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ job, want string }{
		"what was added goes, and all else stays": {
			job: `
apiVersion: batch/v1
kind: Job
metadata:
  name: load
  namespace: etl
  uid: u
  resourceVersion: "7"
  generation: 3
  creationTimestamp: "2026-11-23T02:00:00Z"
  managedFields: [{manager: kubectl}]
  finalizers: [example.com/mine, depctl.dev/outcome, foregroundDeletion]
  ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: nightly, uid: c, controller: true}]
  labels: {team: data, controller-uid: u, batch.kubernetes.io/controller-uid: u, job-name: load, batch.kubernetes.io/job-name: load}
  annotations:
    depctl.dev/depends-on: extract
    depctl.dev/released: '{"uid":"u"}'
    depctl.dev/seen: "{}"
    depctl.dev/paused: "{}"
    mine: x
spec:
  suspend: false
  fieldOfTomorrow: {stays: true}
  activeDeadlineSeconds: 315360000
  ttlSecondsAfterFinished: 60
  selector: {matchLabels: {batch.kubernetes.io/controller-uid: u}}
  template:
    metadata:
      labels: {app: etl, depctl.dev/awaited: "true", controller-uid: u, batch.kubernetes.io/controller-uid: u, job-name: load, batch.kubernetes.io/job-name: load}
    spec: {containers: [{name: main}]}
status: {failed: 1}
`,
			want: `
apiVersion: batch/v1
kind: Job
metadata:
  name: load
  namespace: etl
  finalizers: [example.com/mine]
  ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: nightly, uid: c, controller: true}]
  labels: {team: data}
  annotations: {depctl.dev/depends-on: extract, mine: x}
spec:
  suspend: true
  fieldOfTomorrow: {stays: true}
  ttlSecondsAfterFinished: 60
  template:
    metadata: {labels: {app: etl}}
    spec: {containers: [{name: main}]}
`,
		},
		"a Job that waits for nothing runs": {
			job: `
metadata: {name: extract, labels: {job-name: extract}, annotations: {depctl.dev/paused: "{}"}, finalizers: [depctl.dev/outcome]}
spec: {suspend: true, activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 315360000, template: {metadata: {labels: {job-name: extract}}, spec: {}}}
`,
			want: `
metadata: {name: extract}
spec: {activeDeadlineSeconds: 60, template: {metadata: {}, spec: {}}}
`,
		},
		"what its maker wrote stays": {
			job: `
metadata: {name: extract, labels: {job-name: mine}}
spec: {manualSelector: true, selector: {matchLabels: {job-name: mine}}, template: {metadata: {labels: {job-name: mine, depctl.dev/awaited: "true"}}}}
`,
			want: `
metadata: {name: extract, labels: {job-name: mine}}
spec: {manualSelector: true, selector: {matchLabels: {job-name: mine}}, template: {metadata: {labels: {job-name: mine, depctl.dev/awaited: "true"}}}}
`,
		},
		"an array that was released element by element": {
			job: `
metadata: {name: blur, annotations: {depctl.dev/depends-on: "a[i]", depctl.dev/array-limit: "10"}}
spec: {completions: 100, parallelism: 100, template: {metadata: {labels: {depctl.dev/gated: "true"}}, spec: {schedulingGates: [{name: depctl.dev/depends-on}]}}}
`,
			want: `
metadata: {name: blur, annotations: {depctl.dev/depends-on: "a[i]", depctl.dev/array-limit: "10"}}
spec: {suspend: true, completions: 100, parallelism: 10, template: {metadata: {}, spec: {}}}
`,
		},
		"a gate of others stays, and so does what the limit does not bound": {
			job: `
metadata: {name: blur, annotations: {depctl.dev/depends-on: "a[i]", depctl.dev/array-limit: "10"}}
spec: {parallelism: 4, template: {metadata: {}, spec: {schedulingGates: [{name: other.example}, {name: depctl.dev/depends-on}]}}}
`,
			want: `
metadata: {name: blur, annotations: {depctl.dev/depends-on: "a[i]", depctl.dev/array-limit: "10"}}
spec: {suspend: true, parallelism: 4, template: {metadata: {}, spec: {schedulingGates: [{name: other.example}]}}}
`,
		},
		"nobody holds Jobs in kube-system": {
			job: `
metadata: {namespace: kube-system, annotations: {depctl.dev/depends-on: a}}
spec: {suspend: true}
`,
			want: `
metadata: {namespace: kube-system, annotations: {depctl.dev/depends-on: a}}
spec: {}
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := read(t, test.job)
			before := job.DeepCopy()
			got := Recreate(job)
			require.Equal(t, read(t, test.want).Object, got.Object)
			require.Equal(t, before, job, "what was given was changed")
			require.Equal(t, got, Recreate(got), "recreated from that, it is another one")
		})
	}
}

// read reads YAML as a client does: whole numbers are int64.
func read(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	document, err := yaml.ToJSON([]byte(text))
	require.NoError(t, err)
	u := &unstructured.Unstructured{}
	require.NoError(t, json.Unmarshal(document, &u.Object))
	return u
}
