package integration

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// A run that is watched ends with the run, and its exit code is what became of that.
func TestARunIsWatchedToItsEnd(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	good := s.nightlyFolder()
	bad := s.folder(map[string]string{
		"settings.yaml": settings,
		"jobs.yaml": stepText("extract", "", failsText) + stepText("load", "depctl.dev/depends-on: extract", "") +
			stepText("alarm", "depctl.dev/depends-on: failed(run)", ""),
	})
	type end struct {
		stderr string
		code   int
	}
	watched := make(chan end)
	go func() {
		_, stderr, code := s.depctl(s.Kubeconfig(), "run", "-f", good, "--run", "good", "--watch")
		watched <- end{stderr, code}
	}()
	_, stderr, code := s.depctl(s.Kubeconfig(), "run", "-f", bad, "--run", "bad", "--watch")
	require.Equal(t, 1, code, stderr)
	require.Contains(t, stderr, "run bad failed; to run again what failed, and what was skipped: depctl retry --run bad")
	for _, line := range []string{"extract failed", "load skipped", "alarm succeeded"} {
		require.Contains(t, strings.Split(stderr, "\n"), line)
	}

	s.until("the good run is made", func() bool { return len(s.steps("good")) == 3 })
	extract := s.steps("good")["extract"]
	s.runs(extract)
	select {
	case e := <-watched:
		t.Fatalf("the watch ended before the run: %+v", e)
	default:
	}
	s.tell(extract)
	e := <-watched
	require.Zero(t, e.code, e.stderr)
	require.Contains(t, e.stderr, "run good succeeded")
	for _, name := range s.steps("good") {
		outcome, _ := s.outcome(name)
		require.Equal(t, lang.Succeeded, outcome, name)
	}
}

// A kustomization is run as it is built: with its generated names, images and labels.
func TestAKustomizationRuns(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	folder := s.folder(map[string]string{
		"jobs.yaml": stepText("extract", "", "") + stepText("load", "depctl.dev/depends-on: extract", "") + stepText("done", "depctl.dev/depends-on: succeeded(run)", ""),
		"kustomization.yaml": `resources: [jobs.yaml]
images: [{name: busybox, newTag: "1.38"}]
labels: [{pairs: {team: data}}]
configMapGenerator: [{name: settings, literals: [level=low]}]
`,
	})
	stdout, stderr := s.does("run", "-k", folder, "--run", "k")
	require.Contains(t, stderr, "run k: 3 steps")
	settings := regexp.MustCompile(`configmap/(settings-\w+) applied`).FindStringSubmatch(stdout)
	require.NotNil(t, settings, stdout)
	steps := s.steps("k")
	s.completes(steps["extract"], steps["load"], steps["done"])
	load := s.get(steps["load"])
	require.Equal(t, "data", load.Labels["team"])
	require.Equal(t, "busybox:1.38", load.Spec.Template.Spec.Containers[0].Image)
	require.Equal(t, settings[1], load.Spec.Template.Spec.Containers[0].EnvFrom[0].ConfigMapRef.Name)
	require.Equal(t, "extract", load.Annotations[gate.DependsOnAnnotation])
}

// jobQuota lets a namespace have so many Jobs.
func (s *space) jobQuota(n string) {
	s.t.Helper()
	hard := corev1.ResourceList{"count/jobs.batch": resource.MustParse(n)}
	quotas := s.client.CoreV1().ResourceQuotas(s.name)
	quota, err := quotas.Get(s.t.Context(), "jobs", metav1.GetOptions{})
	if err != nil {
		quota, err = quotas.Create(s.t.Context(), &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "jobs"}}, metav1.CreateOptions{})
		require.NoError(s.t, err)
	}
	quota.Spec.Hard = hard
	_, err = quotas.Update(s.t.Context(), quota, metav1.UpdateOptions{})
	require.NoError(s.t, err)
	s.until("the quota is in force", func() bool {
		quota, err := quotas.Get(s.t.Context(), "jobs", metav1.GetOptions{})
		require.NoError(s.t, err)
		in := quota.Status.Hard["count/jobs.batch"]
		return in.Equal(hard["count/jobs.batch"])
	})
}

// The API server refuses the third of five steps, which no rehearsal can know. What was made is
// said, nothing of it is over, and the same command completes it.
func TestARunFailsHalfWay(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	folder := s.folder(map[string]string{
		"settings.yaml": settings,
		"jobs.yaml": stepText("done", "depctl.dev/depends-on: succeeded(run)", "") + stepText("extract", "", "") +
			stepText("index", "depctl.dev/depends-on: extract", "") + stepText("load", "depctl.dev/depends-on: extract", "") +
			stepText("mail", "depctl.dev/depends-on: 'load, index'", ""),
	})
	s.jobQuota("2")
	stdout, stderr, code := s.depctl(s.Kubeconfig(), "run", "-f", folder)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "exceeded quota")
	said := regexp.MustCompile(`1 object was applied; of run (\S+), 2 steps were made, and 3 not yet; nothing of it is over before all are there\. To make the rest, run the same with --run (\S+); to take it back: depctl cancel --run (\S+)`).
		FindStringSubmatch(stderr)
	require.NotNil(t, said, stderr)
	run := said[1]
	require.Equal(t, []string{run, run}, said[2:])
	made := s.steps(run)
	require.Len(t, made, 2)
	require.Equal(t, fmt.Sprintf("configmap/settings applied\njob.batch/%s created\njob.batch/%s created\n", made["done"], made["extract"]), stdout)
	s.completes(made["extract"])
	held := s.get(made["done"])
	require.Nil(t, held.Status.StartTime, "it is not over before all steps are there")

	s.jobQuota("4")
	_, stderr, code = s.depctl(s.Kubeconfig(), "run", "-f", folder, "--run", run)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "of run "+run+", 4 steps were made, and 1 not yet")
	s.jobQuota("10")
	_, stderr = s.does("run", "-f", folder, "--run", run)
	require.Contains(t, stderr, "run "+run+": 5 steps, of which 1 was missing")
	steps := s.steps(run)
	require.Equal(t, made["extract"], steps["extract"])
	s.completes(steps["load"], steps["index"], steps["mail"], steps["done"])

	// What is half made can be taken back.
	s.jobQuota("7")
	_, _, code = s.depctl(s.Kubeconfig(), "run", "-f", folder, "--run", "half")
	require.Equal(t, 1, code)
	require.Len(t, s.steps("half"), 2)
	s.does("cancel", "--run", "half", "-y")
	s.until("nothing is left of it", func() bool { return len(s.steps("half")) == 0 })
	require.Len(t, s.steps(run), 5)
}

// What no run can be is refused before anything is made.
func TestWhatIsNoRunIsRefused(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	folder := s.nightlyFolder()
	for _, name := range []string{"a b", "-mon", "mon:1", "mon/1", strings.Repeat("x", 64)} {
		s.refuses(2, "a run has a name of 1 to 63 letters, digits, -, _ and .", "run", "-f", folder, "--run", name)
	}
	longest := strings.Repeat("x", 63)
	s.does("run", "-f", folder, "--run", longest)
	steps := s.steps(longest)
	s.runs(steps["extract"])
	s.tell(steps["extract"])
	s.completes(steps["load"], steps["done"])

	twice := s.folder(map[string]string{"a.yaml": settings + "---\n" + stepText("load", "", ""), "b.yaml": stepText("load", "", "")})
	s.refuses(1, "b.yaml: step "+s.name+"/load is in "+twice+string(os.PathSeparator)+"a.yaml already", "run", "-f", twice, "--run", "twice")
	typo := s.folder(map[string]string{"a.yaml": stepText("extract", "", "") + stepText("load", "depctl.dev/depends-on: extrct", "")})
	s.refuses(1, `did you mean "extract"?`, "run", "-f", typo, "--run", "typo")
	admission := s.folder(map[string]string{"a.yaml": stepText("extract", "", "") + strings.Replace(stepText("load", "depctl.dev/depends-on: extract", ""), "backoffLimit: 0", "backoffLimit: -1", 1)})
	s.refuses(1, "nothing was changed: create job "+s.name+"/load-", "run", "-f", admission, "--run", "admission")
	s.refuses(1, "there is no Job among the manifests", "run", "-f", s.folder(map[string]string{"a.yaml": settings}))
}

// Cancelling a run deletes all of it that has not ended, and nothing of another.
func TestARunIsCancelled(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	folder := s.nightlyFolder()
	s.does("run", "-f", folder, "--run", "mon")
	s.does("run", "-f", folder, "--run", "tue")
	mon, tue := s.steps("mon"), s.steps("tue")
	s.runs(mon["extract"])
	s.runs(tue["extract"])
	s.does("cancel", "--run", "mon", "-y")
	s.until("nothing is left of it", func() bool { return len(s.steps("mon")) == 0 })
	s.held(tue["load"])
	s.tell(tue["extract"])
	s.completes(tue["load"], tue["done"])
}

// Many old runs are deleted: all but the latest, and but one for which a Job waits.
func TestManyRunsArePruned(t *testing.T) {
	t.Parallel()
	const runs, steps = 200, 3
	s := shared.namespace(t)
	made := make(chan error, 8)
	for worker := range cap(made) {
		go func() {
			for run := worker; run < runs; run += cap(made) {
				for n := range steps {
					// Of no completions none has a pod, so the Job is over as soon as Kubernetes has seen it.
					job := newJob(fmt.Sprintf("s%d-%03d", n, run), "", step(fmt.Sprintf("r%03d", run), fmt.Sprintf("s%d", n)), func(j *batchv1.Job) { j.Spec.Completions = ptr.To[int32](0) })
					if _, err := s.client.BatchV1().Jobs(s.name).Create(t.Context(), job, metav1.CreateOptions{}); err != nil {
						made <- err
						return
					}
				}
			}
			made <- nil
		}()
	}
	for range cap(made) {
		require.NoError(t, <-made)
	}
	s.make("waits", "s0@r007, never")
	s.until("all are over", func() bool {
		all, err := s.client.BatchV1().Jobs(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: gate.RunLabel})
		require.NoError(t, err)
		for i := range all.Items {
			if gate.Observe(&all.Items[i]).Outcome() != lang.Succeeded {
				return false
			}
		}
		return true
	})
	stdout, stderr := s.does("prune", "--keep", "3", "-y")
	require.Contains(t, stderr, "run r007 stays: Job "+s.name+"/waits waits for it")
	require.Len(t, strings.Split(strings.TrimSpace(stdout), "\n"), (runs-4)*steps)
	s.until("they are gone", func() bool {
		left, err := s.client.BatchV1().Jobs(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: gate.RunLabel})
		require.NoError(t, err)
		return len(left.Items) == 4*steps
	})
	s.patch("waits", `{"metadata":{"annotations":{"depctl.dev/depends-on":"s0@r007"}}}`)
	s.completes("waits")
}
