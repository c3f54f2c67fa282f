package wfformat

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/importer/output"
)

// versionsOfOne are the same two tasks as all versions say them.
var versionsOfOne = map[string]string{
	"1.3": `{"name": "w", "schemaVersion": "1.3", "workflow": {"makespan": 3, "tasks": [
  {"name": "first", "type": "compute", "runtime": 1.5, "cores": 2, "memory": 2048, "command": {"program": "split", "arguments": ["-n", "2"]}, "parents": [], "children": ["second"], "files": []},
  {"name": "second", "type": "compute", "runtime": 2, "command": {"program": "join"}, "parents": ["first"], "files": []}]}}`,
	"1.4": `{"name": "w", "schemaVersion": "1.4", "workflow": {"tasks": [
  {"name": "a", "id": "first", "runtimeInSeconds": 1.5, "cores": 2, "memoryInBytes": 2048000, "command": {"program": "split", "arguments": ["-n", "2"]}, "parents": [], "children": ["second"]},
  {"name": "b", "id": "second", "runtimeInSeconds": 2, "command": {"program": "join"}, "parents": ["a"]}]}}`,
	"1.5": `{"name": "w", "schemaVersion": "1.5", "workflow": {"specification": {"tasks": [
  {"name": "a", "id": "first", "parents": [], "children": ["second"]},
  {"name": "b", "id": "second", "parents": ["first"], "children": []}], "files": []},
  "execution": {"tasks": [
  {"id": "first", "runtimeInSeconds": 1.5, "coreCount": 2, "memoryInBytes": 2048000, "command": {"program": "split", "arguments": ["-n", "2"]}},
  {"id": "second", "runtimeInSeconds": 2, "command": {"program": "join"}}]}}}`,
	"1.6": `{"name": "w", "schemaVersion": "1.6", "workflow": {"specification": {"metrics": {}, "tasks": [
  {"name": "a", "id": "first", "parents": [], "children": ["second"]},
  {"name": "b", "id": "second", "parents": ["first"], "children": []}]},
  "execution": {"metrics": {}, "tasks": [
  {"id": "first", "runtimeInSeconds": 1.5, "coreCount": 2, "memoryInBytes": 2048000, "command": {"program": "split", "arguments": ["-n", "2"]}},
  {"id": "second", "runtimeInSeconds": 2, "command": {"program": "join"}}]}}}`,
}

func TestAllVersionsSayTheSame(t *testing.T) {
	t.Parallel()
	for version, text := range versionsOfOne {
		w, err := Read(output.File{Name: "w.json", Text: text})
		require.NoError(t, err, version)
		for i := range w.Tasks {
			require.NotZero(t, w.Tasks[i].Line, version)
			w.Tasks[i].Place, w.Tasks[i].Name = output.Place{}, ""
		}
		require.Equal(t, []Task{
			{ID: "first", Program: "split", Arguments: []string{"-n", "2"}, Seconds: 1.5, Cores: 2, Bytes: 2048000},
			{ID: "second", Parents: []string{"first"}, Program: "join", Seconds: 2},
		}, w.Tasks, version)
	}
}

func TestTasksBecomeJobs(t *testing.T) {
	t.Parallel()
	out := Import([]output.File{{Name: "dir/my.json", Text: versionsOfOne["1.5"]}}, Options{Image: "tools:1"})
	require.Empty(t, out.Problems)
	texts, err := out.YAML()
	require.NoError(t, err)
	require.Len(t, texts, 2)
	require.Equal(t, `# task first (dir/my.json:2)
apiVersion: batch/v1
kind: Job
metadata:
  annotations:
    depctl.dev/expected-duration: 2s
  labels:
    app.kubernetes.io/part-of: my
  name: my-first
spec:
  backoffLimit: 0
  template:
    spec:
      containers:
      - args:
        - -n
        - "2"
        command:
        - split
        image: tools:1
        name: main
        resources:
          requests:
            cpu: "2"
            memory: 2Mi
      restartPolicy: Never
`, texts[0].Text)
	require.Contains(t, texts[1].Text, "depctl.dev/depends-on: my-first\n")
}

func TestWhatIsNoWorkflowIsRefused(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		`{`:                        "it is no WfFormat",
		`{"schemaVersion": "2.0"}`: "1.3 to 1.6 are understood",
		`{"schemaVersion": "1.5"}`: "it has no tasks",
		`{"workflow": {"tasks": [{"name": "a"}, {"name": "a"}]}}`:                                     "two tasks have the id",
		`{"workflow": {"tasks": [{"name": "a", "parents": ["b"]}]}}`:                                  "no such task",
		`{"workflow": {"tasks": [{"name": "a", "parents": ["b"]}, {"name": "b", "parents": ["a"]}]}}`: "waits for itself",
		`{"workflow": {"tasks": [{"name": "a"}]}}`:                                                    "does not say what it ran",
	} {
		out := Import([]output.File{{Name: "w.json", Text: text}}, Options{Image: "x"})
		require.NotEmpty(t, out.Problems, text)
		require.Contains(t, out.Problems[0].Message, says)
	}
}

// FuzzRead looks for files that make it panic.
func FuzzRead(f *testing.F) {
	for _, text := range versionsOfOne {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := Import([]output.File{{Name: "w.json", Text: text}}, Options{Image: "x"})
		_, err := out.YAML()
		require.NoError(t, err)
	})
}
