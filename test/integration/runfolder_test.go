package integration

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// folder writes a folder of manifests.
func (s *space) folder(files map[string]string) (folder string) {
	s.t.Helper()
	folder = s.t.TempDir()
	for name, text := range files {
		require.NoError(s.t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	return folder
}

const (
	settings      = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: high}\n"
	untilToldText = `sandbox.depctl.dev/until-told: "true"`
	failsText     = `sandbox.depctl.dev/exit-code: "1"`
)

// stepText is the manifest of a Job with annotations of its own and of its pods.
func stepText(name, annotations, template string) string {
	return `apiVersion: batch/v1
kind: Job
metadata:
  name: ` + name + `
  annotations: {` + annotations + `}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {` + template + `}}
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "busybox:1.37", envFrom: [{configMapRef: {name: settings}}]}]
---
`
}

// nightlyFolder writes a folder of three steps and a ConfigMap. extract runs until told.
func (s *space) nightlyFolder() (folder string) {
	s.t.Helper()
	return s.folder(map[string]string{
		"settings.yaml": settings,
		"jobs.yaml": stepText("extract", "", untilToldText) + stepText("load", "depctl.dev/depends-on: extract", "") +
			stepText("done", "depctl.dev/depends-on: succeeded(run)", ""),
	})
}

// steps returns the Jobs of a run by their steps: of several of one step the latest.
func (s *space) steps(run string) map[string]string {
	s.t.Helper()
	list, err := s.client.BatchV1().Jobs(s.name).List(s.t.Context(), metav1.ListOptions{LabelSelector: gate.RunLabel + "=" + run})
	require.NoError(s.t, err)
	latest := map[string]gate.Job{}
	for i := range list.Items {
		job := gate.Observe(&list.Items[i])
		if before, there := latest[job.Step().Name]; !there || gate.Newer(job, before) {
			latest[job.Step().Name] = job
		}
	}
	names := map[string]string{}
	for step, job := range latest {
		names[step] = job.Name
	}
	return names
}

// Two runs of one folder that begin at once never see each other.
func TestAFolderRunsTwiceAtOnce(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	folder := s.nightlyFolder()
	said := make([]string, 2)
	var wg sync.WaitGroup
	for i := range said {
		wg.Go(func() { _, said[i], _ = s.depctl(s.Kubeconfig(), "run", "-f", folder) })
	}
	wg.Wait()
	var runs []string
	for _, text := range said {
		found := regexp.MustCompile(`run (\S+): 3 steps`).FindStringSubmatch(text)
		require.NotNil(t, found, text)
		runs = append(runs, found[1])
		require.Len(t, s.steps(found[1]), 3)
	}
	require.NotEqual(t, runs[0], runs[1])
	first, second := s.steps(runs[0]), s.steps(runs[1])
	s.runs(first["extract"])
	s.runs(second["extract"])
	s.tell(first["extract"])
	s.completes(first["extract"], first["load"], first["done"])
	s.held(second["load"])
	s.held(second["done"])
	s.tell(second["extract"])
	s.completes(second["load"], second["done"])
	settings, err := s.client.CoreV1().ConfigMaps(s.name).Get(t.Context(), "settings", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"level": "high"}, settings.Data)

	table, _ := s.does("runs", "--no-headers")
	require.Len(t, strings.Split(strings.TrimSpace(table), "\n"), 2)
	require.Contains(t, table, "succeeded   3/3")
	s.does("wait", "--run", runs[0], "finished(run), done", "--timeout", "1m")
	s.does("prune", "--keep", "1", "-y")
	s.until("the older run is gone", func() bool { return len(s.steps(runs[0]))+len(s.steps(runs[1])) == 3 })
}

// What is missing of a run is made by the same command, and no handler takes it for over
// before that.
func TestAHalfMadeRunIsCompleted(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	folder := s.nightlyFolder()
	s.does("run", "-f", folder, "--run", "k", "--fail-fast", "--deadline", "1h")
	before := s.steps("k")
	s.delete(before["load"], metav1.DeletePropagationBackground)
	s.runs(before["extract"])
	s.tell(before["extract"])
	s.completes(before["extract"])
	s.held(before["done"])
	stdout, stderr := s.does("run", "-f", folder, "--run", "k", "--fail-fast", "--deadline", "1h")
	require.Contains(t, stderr, "run k: 3 steps, of which 1 was missing")
	require.Contains(t, stdout, before["extract"]+" unchanged")
	s.completes(before["load"], before["done"])
	load := s.get(before["load"])
	require.Equal(t, "1h", load.Annotations[gate.WaitTimeoutAnnotation])
	require.Equal(t, "true", load.Annotations[gate.FailFastAnnotation])

	_, stderr, code := s.depctl(s.Kubeconfig(), "run", "-f", filepath.Join(folder, "settings.yaml"), "--run", "k")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "there is no Job among the manifests")
}

// A run that failed goes on with new Jobs of the steps that failed or were skipped.
func TestAFailedRunIsRetried(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.does("run", "-f", s.nightlyFolder(), "--run", "k")
	before := s.steps("k")
	s.runs(before["extract"])
	s.does("cancel", "--run", "k", "--keep", "extract")
	s.until("load is skipped", func() bool {
		outcome, _ := s.outcome(before["load"])
		return outcome == lang.Skipped
	})
	s.until("done is skipped", func() bool {
		outcome, _ := s.outcome(before["done"])
		return outcome == lang.Skipped
	})
	s.does("retry", "--run", "k", "-y")
	after := s.steps("k")
	for step, name := range before {
		require.NotEqual(t, name, after[step], step)
	}
	s.runs(after["extract"])
	s.held(after["load"])
	s.tell(after["extract"])
	s.completes(after["extract"], after["load"], after["done"])
	s.does("wait", "--run", "k", "run", "--timeout", "1m")

	s.does("retry", "--run", "k", "--from", "load", "-y")
	again := s.steps("k")
	require.Equal(t, after["extract"], again["extract"])
	require.NotEqual(t, after["load"], again["load"])
	s.completes(again["load"])
}
