package batch

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/batch/request"
	"depctl.dev/gate"
)

const site = `job:
  metadata:
    labels: {team: ocean}
  spec:
    ttlSecondsAfterFinished: 60
    backoffLimit: 1
    template:
      spec:
        serviceAccountName: batch
        securityContext: {runAsUser: 1000}
        containers:
        - name: tool
          image: registry.example.com/tools:1
          env: [{name: MODE, value: slow}]
queues:
  long: {labels: {team/queue: long}, nodeSelector: {pool: long}, tolerations: [{key: long, operator: Exists}]}
  kueue: {labels: {kueue.x-k8s.io/queue-name: batch}}
gpu: amd.com/gpu
`

func TestASiteHasDefaults(t *testing.T) {
	t.Parallel()
	s, err := ParseSite("depctl.yaml", []byte(site))
	require.NoError(t, err)
	made, err := Compile(Input{
		Site: s, Context: request.Context{Command: []string{"run"}},
		Options: []Option{{Dialect: "slurm", Line: "-J sim -p long --gpus=1 --export=MODE=fast --array=0-3"}},
	})
	require.NoError(t, err)
	job := made.Job
	require.Equal(t, "ocean", job.Labels["team"])
	require.Equal(t, "long", job.Labels["team/queue"])
	require.Equal(t, "long", job.Spec.Template.Labels["team/queue"])
	require.Equal(t, int32(60), *job.Spec.TTLSecondsAfterFinished)
	require.Equal(t, int32(1), *job.Spec.BackoffLimit, "what the template says stays")
	require.Nil(t, job.Spec.BackoffLimitPerIndex)
	pod := job.Spec.Template.Spec
	require.Equal(t, "batch", pod.ServiceAccountName)
	require.Equal(t, map[string]string{"pool": "long"}, pod.NodeSelector)
	require.Len(t, pod.Tolerations, 1)
	require.Equal(t, int64(1000), *pod.SecurityContext.RunAsUser)
	require.Nil(t, pod.SecurityContext.SeccompProfile)
	require.Equal(t, "tool", pod.Containers[0].Name)
	require.Equal(t, []string{"run"}, pod.Containers[0].Command)
	require.Equal(t, "fast", pod.Containers[0].Env[0].Value, "the user has the last word")
	require.Contains(t, pod.Containers[0].Resources.Limits, corev1.ResourceName("amd.com/gpu"))

	made, err = Compile(Input{
		Site: s, Context: request.Context{Command: []string{"run"}},
		Options: []Option{{Dialect: "slurm", Line: "-J sim -p kueue -d afterok:a"}},
	})
	require.NoError(t, err)
	require.Contains(t, made.Notes[0], "the gate leaves Jobs of Kueue alone")
	require.Equal(t, "slow", made.Job.Spec.Template.Spec.Containers[0].Env[0].Value, "the site is not changed")
}

func TestWhatIsUnknownInTheFileOfASiteIsAnErrorWithItsLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"imag: x\n":                             `depctl.yaml:1:1: unknown field imag`,
		"queues:\n  long:\n    label: {a: b}\n": `depctl.yaml:3:5: unknown field queues.long.label`,
		"job:\n  spec:\n    template:\n      spec:\n        containers:\n        - name: a\n          imge: b\n": `depctl.yaml:7:11: unknown field job.spec.template.spec.containers[0].imge`,
		"gpu: [1]\n":       `cannot unmarshal array`,
		"gpu: a\ngpu: b\n": `already`,
		"a: [\n":           `yaml`,
	} {
		_, err := ParseSite("depctl.yaml", []byte(text))
		require.ErrorContains(t, err, want, text)
	}
}

const manifest = `apiVersion: batch/v1
kind: Job
metadata:
  name: sim
  annotations: {depctl.dev/depends-on: old}
spec:
  backoffLimit: 4
  template:
    spec:
      restartPolicy: OnFailure
      containers: [{name: main, image: alpine, args: [one]}]
`

func TestOptionsAreAddedToAManifest(t *testing.T) {
	t.Parallel()
	job, err := ParseManifest("job.yaml", []byte(manifest))
	require.NoError(t, err)
	compile := func(options ...Option) (*Submission, error) {
		return Compile(Input{Context: request.Context{Manifest: job}, Options: options})
	}
	option := func(name, value string) Option { return Option{Dialect: Depctl, Name: name, Value: value} }

	made, err := compile(option("cpu", "2"))
	require.NoError(t, err)
	require.Equal(t, "old", made.Job.Annotations[gate.DependsOnAnnotation])
	require.Equal(t, int32(4), *made.Job.Spec.BackoffLimit)
	require.Equal(t, corev1.RestartPolicyOnFailure, made.Job.Spec.Template.Spec.RestartPolicy)
	require.Nil(t, made.Job.Spec.Template.Spec.SecurityContext)
	require.Equal(t, []string{"one"}, made.Job.Spec.Template.Spec.Containers[0].Args)

	made, err = compile(option("after", "new"), option("after", "a or b"))
	require.NoError(t, err)
	require.Equal(t, "new, (a or b)", made.Job.Annotations[gate.DependsOnAnnotation], "in place of the manifest's")
	made, err = compile(option("after", ""))
	require.NoError(t, err)
	require.NotContains(t, made.Job.Annotations, gate.DependsOnAnnotation)
	require.Equal(t, "old", job.Annotations[gate.DependsOnAnnotation], "the manifest is not changed")

	_, err = compile(option("array", "1-10"))
	require.ErrorContains(t, err, "the image's own command is not known")
	_, err = compile(option("array", "0-9"), option("after", "gen[i]"))
	require.ErrorContains(t, err, "restartPolicy")
}

func TestTheNumbersOfAManifestThatIsAnArrayAreItsOwn(t *testing.T) {
	t.Parallel()
	job, err := ParseManifest("job.yaml", []byte(`{"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "sim",
		"annotations": {"depctl.dev/array": "1-10"}}, "spec": {"completionMode": "Indexed", "completions": 10, "parallelism": 3,
		"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "b"}]}}}}`))
	require.NoError(t, err)
	lookup, _ := cluster(map[string]string{"gen": "1-20"})
	made, err := Compile(Input{Context: request.Context{Manifest: job, Lookup: lookup}, Options: []Option{{Dialect: "slurm", Line: "-d aftercorr:gen"}}})
	require.NoError(t, err)
	require.Equal(t, "gen[i]", made.Job.Annotations[gate.DependsOnAnnotation])
	require.Equal(t, int32(3), *made.Job.Spec.Parallelism)
	require.Equal(t, int32(0), *made.Job.Spec.BackoffLimitPerIndex)

	job.Annotations[request.ArrayAnnotation] = "1-9"
	_, err = Compile(Input{Context: request.Context{Manifest: job}})
	require.ErrorContains(t, err, "1-9 are not its 10 elements")
}

func TestAManifestIsOneJob(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		manifest + "---\nkind: ConfigMap\n":     "there are several objects",
		"apiVersion: batch/v1\nkind: CronJob\n": `submit takes a Job of batch/v1, and this is "CronJob" of "batch/v1"`,
		manifest + "  paralellism: 3\n":         "job.yaml:12:3: unknown field spec.paralellism",
		"":                                      `this is "" of ""`,
	} {
		_, err := ParseManifest("job.yaml", []byte(text))
		require.ErrorContains(t, err, want)
	}
	_, err := ParseManifest("job.yaml", []byte("---\n"+manifest+"---\n"))
	require.NoError(t, err)
}
