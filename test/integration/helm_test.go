package integration

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
)

// What docs/guide/gitops.md says of Helm, with the command of Helm that test/sandbox/helm builds.

// helm runs it in the namespace, and returns what it says.
func (s *space) helm(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin(), "helm"), append([]string{"--kubeconfig", s.Kubeconfig(), "-n", s.name}, args...)...)
	home := s.t.TempDir()
	cmd.Env = append(os.Environ(), "HELM_CACHE_HOME="+home, "HELM_CONFIG_HOME="+home, "HELM_DATA_HOME="+home)
	out, err := cmd.CombinedOutput()
	s.t.Logf("helm %v\n%.300s", args, out)
	return string(out), err
}

// helms runs a command of Helm that must succeed.
func (s *space) helms(args ...string) {
	s.t.Helper()
	out, err := s.helm(args...)
	require.NoError(s.t, err, out)
}

// helmSays runs a command of Helm that must fail with these texts.
func (s *space) helmSays(texts []string, args ...string) {
	s.t.Helper()
	out, err := s.helm(args...)
	require.Error(s.t, err)
	for _, text := range texts {
		require.Contains(s.t, out, text)
	}
}

// helmStarts starts a command of Helm; what it returns waits for its success.
func (s *space) helmStarts(args ...string) (succeeds func()) {
	type end struct {
		out string
		err error
	}
	ended := make(chan end, 1)
	go func() {
		out, err := s.helm(args...)
		ended <- end{out, err}
	}()
	return func() {
		s.t.Helper()
		e := <-ended
		require.NoError(s.t, e.err, e.out)
	}
}

// chart writes a chart with one template.
func (s *space) chart(template string) (dir string) {
	s.t.Helper()
	dir = s.folder(map[string]string{"Chart.yaml": "apiVersion: v2\nname: etl\nversion: 0.1.0\n", "values.yaml": "image: busybox:1.37\nwaits: extract\n"})
	require.NoError(s.t, os.Mkdir(filepath.Join(dir, "templates"), 0o755))
	require.NoError(s.t, os.WriteFile(filepath.Join(dir, "templates", "jobs.yaml"), []byte(template), 0o600))
	return dir
}

// chartJob is a Job in a chart, with metadata of its own and annotations of its pods.
func chartJob(name, metadata, pods string, spec ...string) string {
	return `apiVersion: batch/v1
kind: Job
metadata:
  name: ` + name + `
  ` + metadata + `
spec:
  backoffLimit: 0
  ` + strings.Join(spec, "\n  ") + `
  template:
    metadata: {annotations: {` + pods + `}}
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "{{ .Values.image }}"}]
---
`
}

func waitsFor(expression string, more ...string) string {
	return "annotations: {" + strings.Join(append([]string{`depctl.dev/depends-on: "` + expression + `"`}, more...), ", ") + "}"
}

func hook(event, weight string, more ...string) string {
	return strings.Join(append([]string{"helm.sh/hook: " + event, `helm.sh/hook-weight: "` + weight + `"`}, more...), ", ")
}

// --wait takes a Job that is held for one that has not started, and --wait-for-jobs for one that
// has not completed. Without either, Helm waits for no Job.
func TestHelmWaits(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	chart := s.chart(chartJob("extract", "", untilToldText) + chartJob("load", waitsFor("extract"), untilToldText))
	s.helms("install", "etl", chart)
	s.held("load")
	s.runs("extract")
	s.helmSays([]string{"load not ready. status: InProgress, message: Job not started"}, "upgrade", "etl", chart, "--wait", "--timeout", "5s")
	succeeds := s.helmStarts("upgrade", "etl", chart, "--wait")
	s.tell("extract")
	s.runs("load")
	succeeds()
	s.helmSays([]string{"load not ready. status: InProgress, message: Job in progress"}, "upgrade", "etl", chart, "--wait", "--wait-for-jobs", "--timeout", "5s")
	succeeds = s.helmStarts("upgrade", "etl", chart, "--wait", "--wait-for-jobs")
	s.tell("load")
	succeeds()
	s.completes("load")
}

// A Job that is skipped has failed for Helm, if it waits at all: also a handler that is not needed.
func TestHelmFailsWithASkippedJob(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	chart := s.chart(chartJob("extract", "", failsText) + chartJob("load", waitsFor("extract"), "") + chartJob("alarm", waitsFor("failed(extract)"), ""))
	s.helmSays([]string{"load not ready. status: Failed, message: Job Failed"}, "install", "etl", chart, "--wait", "--wait-for-jobs")
	s.skipped("load", gate.ReasonDependencyFailed)
	s.completes("alarm")
	s.helms("upgrade", "etl", chart)

	good := s.chart(chartJob("read", "", "") + chartJob("handler", waitsFor("failed(read)"), ""))
	const handlerFailed = "handler not ready. status: Failed, message: Job Failed"
	// What is skipped gets a time at which it started, and fails a moment later: --wait may see either.
	if out, err := s.helm("install", "good", good, "--wait"); err != nil {
		require.Contains(t, out, handlerFailed)
	}
	s.skipped("handler", gate.ReasonDependencyFailed)
	s.helmSays([]string{handlerFailed}, "upgrade", "good", good, "--wait", "--wait-for-jobs")
}

// An upgrade may change what a held Job waits for, and no Pod template, held or not. One that
// changes nothing leaves held and released Jobs as they are.
func TestHelmUpgradesAJob(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	chart := s.chart(chartJob("extract", "", untilToldText) + chartJob("load", waitsFor("{{ .Values.waits }}"), untilToldText))
	s.helms("install", "etl", chart)
	held := s.get("load")
	immutable := []string{"field is immutable"}
	s.helmSays(immutable, "upgrade", "etl", chart, "--set", "image=busybox:1.38")
	s.helms("upgrade", "etl", chart)
	s.helms("upgrade", "etl", chart, "--set", "waits=other")
	s.tell("extract")
	s.completes("extract")
	s.held("load")
	require.Equal(t, held.UID, s.get("load").UID)
	s.make("other", "")
	s.runs("load")
	s.helmSays(immutable, "upgrade", "etl", chart, "--set", "waits=other,image=busybox:1.38")
	s.helmSays(immutable, "upgrade", "etl", chart, "--set", "waits=other,image=busybox:1.38", "--force-replace", "--server-side=false")
	s.helms("upgrade", "etl", chart, "--set", "waits=never") // too late: it runs
	s.tell("load")
	s.completes("load")
	require.Equal(t, held.UID, s.get("load").UID)
	s.helms("upgrade", "etl", chart)
}

// suspend: true in a template is in the way of every upgrade after the release; false is not.
func TestHelmAndSuspend(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "", untilTold)
	stopped := s.chart(chartJob("stopped", waitsFor("extract"), untilToldText, "suspend: true"))
	started := s.chart(chartJob("started", waitsFor("extract"), untilToldText, "suspend: false"))
	s.helms("install", "stopped", stopped)
	s.helms("install", "started", started)
	s.helms("upgrade", "stopped", stopped)
	s.helms("upgrade", "started", started)
	s.held("stopped")
	s.held("started")
	s.tell("extract")
	s.runs("stopped")
	s.runs("started")
	s.helmSays([]string{`Apply failed with 1 conflict: conflict with "depctl-gate" using batch/v1: .spec.suspend`}, "upgrade", "stopped", stopped)
	s.helms("upgrade", "started", started)
	s.tell("stopped")
	s.tell("started")
	s.completes("stopped", "started")
}

// Each revision of a release is a run: it never sees the Jobs of the one before, which Helm deletes.
func TestEachRevisionIsARun(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	step := func(name, pods string, more ...string) string {
		return chartJob("{{ .Release.Name }}-"+name+"-{{ .Release.Revision }}", `labels: {depctl.dev/run: "{{ .Release.Name }}-{{ .Release.Revision }}", depctl.dev/step: `+name+"}\n  "+strings.Join(more, ""), pods)
	}
	chart := s.chart(step("extract", untilToldText) + step("load", "", waitsFor("extract")))
	succeeds := s.helmStarts("install", "etl", chart, "--wait", "--wait-for-jobs")
	s.until("extract is made", func() bool { return len(s.steps("etl-1")) == 2 })
	s.runs("etl-extract-1")
	s.tell("etl-extract-1")
	succeeds()
	s.completes("etl-load-1")
	s.does("wait", "--run", "etl-1", "run", "--timeout", "1m")
	s.helms("upgrade", "etl", chart)
	s.held("etl-load-2")
	s.gone("etl-extract-1")
	s.gone("etl-load-1")
	s.helms("upgrade", "etl", chart) // while those of the second still run and wait
	s.gone("etl-extract-2")
	s.gone("etl-load-2")
	s.tell("etl-extract-3")
	s.completes("etl-extract-3", "etl-load-3")
	s.helms("upgrade", "etl", chart)
	s.held("etl-load-4")
	s.helms("uninstall", "etl")
	s.gone("etl-extract-4")
	s.gone("etl-load-4")
}

// Helm runs the hooks of one event one at a time, by weight and then by name, and the Jobs of the
// chart come after those of pre-install. A Job in a hook may wait for what comes before it.
func TestHelmRunsHooks(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	absent := func(name string) {
		_, err := s.client.BatchV1().Jobs(s.name).Get(t.Context(), name, metav1.GetOptions{})
		require.True(t, errors.IsNotFound(err), "%s is there", name)
	}
	s.make("database", "", untilTold)
	good := s.chart(chartJob("migrate", waitsFor("database, certs", hook("pre-install", "5")), "") + chartJob("certs", "annotations: {"+hook("pre-install", "0")+"}", "") +
		chartJob("seed", waitsFor("migrate", hook("pre-install", "5")), "") + // n is before s
		chartJob("load", waitsFor("migrate"), "") + chartJob("report", waitsFor("load, migrate", hook("post-install", "0")), ""))
	succeeds := s.helmStarts("install", "good", good)
	s.completes("certs")
	s.until("migrate is made", func() bool {
		_, err := s.client.BatchV1().Jobs(s.name).Get(t.Context(), "migrate", metav1.GetOptions{})
		return err == nil
	})
	s.held("migrate")
	absent("seed")
	absent("load")
	s.tell("database")
	succeeds()
	s.completes("migrate", "seed", "load", "report")

	lints := func(chart, code string) {
		rendered, err := s.helm("template", "etl", chart)
		require.NoError(t, err, rendered)
		stdout, _, exited := s.depctl(s.Kubeconfig(), "lint", s.folder(map[string]string{"rendered.yaml": rendered}))
		require.Contains(t, stdout, code)
		require.NotZero(t, exited)
	}
	const notReady = "not ready. status: InProgress, message: Job in progress"
	late := s.chart(chartJob("early", waitsFor("late", hook("pre-install", "0")), "") + chartJob("late", "", ""))
	s.helmSays([]string{"failed pre-install", "early " + notReady}, "install", "late", late, "--timeout", "5s")
	absent("late")
	lints(late, "wave-order")
	same := s.chart(chartJob("first", waitsFor("second", hook("pre-install", "0")), "") + chartJob("second", "annotations: {"+hook("pre-install", "0")+"}", ""))
	s.helmSays([]string{"failed pre-install", "first " + notReady}, "install", "same", same, "--timeout", "5s")
	absent("second")
	lints(same, "wave-order")
	skipped := s.chart(chartJob("broken", "", failsText) + chartJob("after", waitsFor("broken", hook("post-install", "0")), ""))
	s.helmSays([]string{"failed post-install", "after not ready. status: Failed, message: Job Failed"}, "install", "skipped", skipped)
}

// hook-succeeded deletes a hook once all of its event have succeeded: those of the event see how it
// ended, and what is made later does not.
func TestHelmDeletesHooks(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	chart := s.chart(chartJob("certs", "annotations: {"+hook("pre-install", "0", "helm.sh/hook-delete-policy: hook-succeeded")+"}", "") +
		chartJob("migrate", waitsFor("certs", hook("pre-install", "1")), "") + chartJob("load", waitsFor("certs"), "") + chartJob("other", "", untilToldText))
	s.helms("install", "etl", chart)
	s.completes("migrate")
	s.gone("certs")
	s.held("load")
	s.tell("other")
}
