package integration

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/test/history"
)

// imported makes what depctl import makes of a file, with what the pods of some Jobs do.
func (s *space) imported(format, file string, pods map[string][]change, args ...string) (jobs []string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	program, err := filepath.Abs(filepath.Join(s.bin(), "depctl"))
	require.NoError(s.t, err)
	cmd := exec.CommandContext(ctx, program, append([]string{"import", format, filepath.Base(file), "-q"}, args...)...)
	cmd.Dir = filepath.Dir(file)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	require.NoError(s.t, cmd.Run(), errOut.String())
	for text := range strings.SplitSeq(out.String(), "\n---\n") {
		var kind metav1.TypeMeta
		require.NoError(s.t, yaml.Unmarshal([]byte(text), &kind))
		if kind.Kind == "ConfigMap" {
			var made corev1.ConfigMap
			require.NoError(s.t, yaml.UnmarshalStrict([]byte(text), &made))
			_, err := s.client.CoreV1().ConfigMaps(s.name).Create(ctx, &made, metav1.CreateOptions{})
			require.NoError(s.t, err)
			continue
		}
		var job batchv1.Job
		require.NoError(s.t, yaml.UnmarshalStrict([]byte(text), &job))
		if job.Spec.Template.Annotations == nil {
			job.Spec.Template.Annotations = map[string]string{}
		}
		for _, c := range pods[job.Name] {
			c(&job)
		}
		_, err := s.client.BatchV1().Jobs(s.name).Create(ctx, &job, metav1.CreateOptions{})
		require.NoError(s.t, err)
		jobs = append(jobs, job.Name)
	}
	return jobs
}

// outcomes waits until all these Jobs are over, and returns how each has ended.
func (s *space) outcomes(jobs []string) map[string]string {
	s.t.Helper()
	s.eventually("all are over", func(last map[string]history.Event) bool {
		for _, name := range jobs {
			e, ok := last[s.name+"/"+name]
			if !ok || !e.Is(batchv1.JobComplete) && !e.Is(batchv1.JobFailed) {
				return false
			}
		}
		return true
	})
	words := map[lang.Outcome]string{lang.Succeeded: "succeeded", lang.Failed: "failed", lang.Skipped: "skipped"}
	ended := map[string]string{}
	for _, name := range jobs {
		ended[name] = words[gate.Observe(s.get(name)).Outcome()]
	}
	return ended
}

// after asserts that a Job started when another one was over.
func (s *space) after(name, other string) {
	s.t.Helper()
	later, before := s.get(name), s.get(other)
	require.NotNil(s.t, later.Status.StartTime, "%s has not run", name)
	over := before.Status.CompletionTime
	for _, c := range before.Status.Conditions {
		if c.Type == batchv1.JobFailed && c.Status == corev1.ConditionTrue {
			over = &c.LastTransitionTime
		}
	}
	require.NotNil(s.t, over, "%s is not over", other)
	require.False(s.t, later.Status.StartTime.Before(over), "%s starts before %s is over", name, other)
}

var (
	breaks = template("exit-code", "1")
	slowly = template("run-for", "1s")
)

// argoShapes are workflows, how their Jobs end by what their pods do, as Argo's rules say it,
// and which Job comes after which.
var argoShapes = map[string]struct {
	text  string
	pods  map[string][]change
	ended map[string]string
	order []string
}{
	"a dag with all words of depends": {
		text: `    dag:
      tasks:
      - {name: A, template: work}
      - {name: B, template: work, depends: A}
      - {name: C, template: work, depends: A}
      - {name: either, template: work, depends: B || C}
      - {name: both, template: work, depends: B && C}
      - {name: fallback, template: work, depends: C.Failed}
      - {name: gone, template: work, depends: both.Omitted && !B.Failed}
      - {name: never, template: work, depends: both.Succeeded || fallback.Failed}
      - {name: missed, template: work, depends: never.Errored}
`,
		pods: map[string][]change{"w-c": {breaks, slowly}},
		ended: map[string]string{
			"w-a": "succeeded", "w-b": "succeeded", "w-c": "failed", "w-either": "succeeded", "w-both": "skipped",
			"w-fallback": "succeeded", "w-gone": "succeeded", "w-never": "skipped", "w-missed": "skipped",
		},
		order: []string{"w-b after w-a", "w-either after w-b", "w-either after w-c", "w-fallback after w-c"},
	},
	"steps that go on after a failure, and steps that do not": {
		text: `    steps:
    - - {name: one, template: work, continueOn: {failed: true}}
      - {name: two, template: work}
    - - {name: three, template: work}
    - - {name: four, template: work}
`,
		pods:  map[string][]change{"w-one": {breaks}, "w-two": {slowly}, "w-three": {breaks}},
		ended: map[string]string{"w-one": "failed", "w-two": "succeeded", "w-three": "failed", "w-four": "skipped"},
		order: []string{"w-three after w-one", "w-three after w-two"},
	},
	"a branch by a result, and a join behind it": {
		text: `    dag:
      tasks:
      - {name: flip, template: work}
      - {name: heads, template: work, depends: flip, when: "{{tasks.flip.outputs.result}} == heads"}
      - {name: tails, template: work, depends: flip, when: "{{tasks.flip.outputs.result}} != heads"}
      - {name: join, template: work, depends: heads && tails}
      - {name: only, template: work, depends: heads.Skipped}
`,
		pods:  map[string][]change{"w-flip": {template("termination-message", "tails")}},
		ended: map[string]string{"w-flip": "succeeded", "w-heads": "skipped", "w-tails": "succeeded", "w-join": "succeeded", "w-only": "succeeded"},
		order: []string{"w-tails after w-flip", "w-join after w-tails"},
	},
	"a loop of which one item fails, and an array": {
		text: `    dag:
      tasks:
      - {name: loop, template: work, withItems: [x, y]}
      - {name: array, template: work, withSequence: {count: 3}}
      - {name: all, template: work, depends: loop}
      - {name: any, template: work, depends: loop.AnySucceeded && array.AnySucceeded}
      - {name: none, template: work, depends: loop.AllFailed || array.AllFailed}
      - {name: bad, template: work, depends: array.Failed}
`,
		pods: map[string][]change{"w-loop-1": {breaks, slowly}, "w-array": {template("exit-code", "1"), template("fail-indexes", "1")}},
		ended: map[string]string{
			"w-loop-0": "succeeded", "w-loop-1": "failed", "w-array": "failed", "w-all": "skipped", "w-any": "succeeded", "w-none": "skipped", "w-bad": "succeeded",
		},
		order: []string{"w-any after w-loop-1", "w-bad after w-array"},
	},
	"a graph inside of a graph, hooks, and an exit handler": {
		text: `    dag:
      tasks:
      - {name: first, template: inner, onExit: work}
      - {name: second, template: work, depends: first}
      - {name: other, template: work, depends: first.Failed}
  - name: inner
    steps:
    - - {name: deep, template: work}
    - - {name: deeper, template: work}
`,
		pods: map[string][]change{"w-first-deeper": {breaks}},
		ended: map[string]string{
			"w-first-deep": "succeeded", "w-first-deeper": "failed", "w-first-on-exit": "succeeded", "w-second": "skipped", "w-other": "succeeded",
			"w-on-exit-well": "skipped", "w-on-exit-badly": "succeeded",
		},
		order: []string{"w-first-deeper after w-first-deep", "w-first-on-exit after w-first-deeper", "w-other after w-first-on-exit", "w-on-exit-badly after w-other"},
	},
}

func TestImportedWorkflowsEndAsArgoSays(t *testing.T) {
	t.Parallel()
	for name, shape := range argoShapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := full.namespace(t)
			handler := ""
			if strings.Contains(name, "exit handler") {
				handler = "  onExit: bye\n"
			}
			text := "kind: Workflow\nmetadata: {name: w}\nspec:\n  entrypoint: main\n" + handler + "  templates:\n  - name: main\n" + shape.text + `  - name: work
    container: {image: busybox, command: [run]}
  - name: bye
    steps: [[{name: well, template: work, when: "{{workflow.status}} == Succeeded"}, {name: badly, template: work, when: "{{workflow.status}} == Failed"}]]
`
			pods := shape.pods
			if handler != "" {
				shape.ended = renamed(shape.ended, map[string]string{"w-on-exit-well": "w-on-exit-succeeded-well", "w-on-exit-badly": "w-on-exit-failed-badly"})
			}
			jobs := s.imported("argo", filepath.Join(s.folder(map[string]string{"w.yaml": text}), "w.yaml"), pods)
			require.Equal(t, shape.ended, s.outcomes(jobs))
			for _, order := range shape.order {
				later, before, _ := strings.Cut(order, " after ")
				s.after(strings.Replace(later, "w-on-exit-badly", "w-on-exit-failed-badly", 1), before)
			}
		})
	}
}

func renamed(m, names map[string]string) map[string]string {
	other := map[string]string{}
	for key, value := range m {
		if name, ok := names[key]; ok {
			key = name
		}
		other[key] = value
	}
	return other
}

// A person lets a suspended workflow go on, and says what its next step gets.
func TestAnImportedWorkflowWaitsForAPerson(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	text := `kind: Workflow
metadata: {name: w}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, template: work}
    - - {name: approve, template: approve}
    - - {name: deploy, template: work, when: "{{steps.approve.outputs.parameters.answer}} == YES"}
  - name: approve
    suspend: {}
    outputs: {parameters: [{name: answer, valueFrom: {supplied: {}}}]}
  - name: work
    container: {image: busybox, command: [run]}
`
	// A simulated pod does not run the command that writes what the person has said.
	jobs := s.imported("argo", filepath.Join(s.folder(map[string]string{"w.yaml": text}), "w.yaml"), map[string][]change{"w-approve": {template("termination-message", "YES")}})
	s.completes("w-build")
	s.held("w-approve")
	s.shell(t.TempDir(), "depctl release w-approve\n")
	require.Equal(t, map[string]string{"w-build": "succeeded", "w-approve": "succeeded", "w-deploy": "succeeded"}, s.outcomes(jobs))
	s.after("w-deploy", "w-approve")
}

// TestAnImportedDAGEndsAsDAGManSays has a node that fails, one that waits for its end alone, a
// node that is tried again, a category, and a FINAL node.
func TestAnImportedDAGEndsAsDAGManSays(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	dag := `SUBMIT-DESCRIPTION work {
  executable = run
  container_image = busybox
}
JOB A work
JOB B work
JOB C work
JOB D work
JOB E work
JOB F work
JOB G work NOOP
JOB Old work DONE
JOB Some {
  executable = run
  arguments = $(Process)
  container_image = busybox
  queue 4
}
JOB After work
FINAL Clean work
SPLICE S inner.dag
PARENT A Old CHILD B C
PARENT B C CHILD D
WEAK PARENT B CHILD E
WEAK PARENT D CHILD F
PARENT C CHILD G
PARENT G CHILD S
PARENT Some CHILD After
TOLERANCE Some 1 WAIT
CATEGORY E slow
MAXJOBS slow 1
PRIORITY C 5
`
	inner := "JOB X {\nexecutable = run\ncontainer_image = busybox\n}\nJOB Y {\nexecutable = run\ncontainer_image = busybox\n}\nPARENT X CHILD Y\n"
	folder := s.folder(map[string]string{"d.dag": dag, "inner.dag": inner})
	jobs := s.imported("dagman", filepath.Join(folder, "d.dag"), map[string][]change{
		"d-b": {breaks, slowly}, "d-some": {template("exit-code", "1"), template("fail-indexes", "2")},
	})
	require.Equal(t, map[string]string{
		"d-a": "succeeded", "d-b": "failed", "d-c": "succeeded", "d-d": "skipped", "d-e": "succeeded", "d-f": "skipped", "d-g": "succeeded",
		"d-s-x": "succeeded", "d-s-y": "succeeded", "d-some": "failed", "d-after": "succeeded", "d-clean": "succeeded",
	}, s.outcomes(jobs))
	for _, order := range [][2]string{{"d-b", "d-a"}, {"d-c", "d-a"}, {"d-e", "d-b"}, {"d-g", "d-c"}, {"d-s-x", "d-g"}, {"d-s-y", "d-s-x"}, {"d-clean", "d-b"}, {"d-clean", "d-s-y"}, {"d-clean", "d-some"}} {
		s.after(order[0], order[1])
	}
}

// A node of DAGMan is tried again as often as RETRY says, but for one exit value.
func TestAnImportedNodeIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	dag := "JOB A {\nexecutable = run\ncontainer_image = busybox\n}\nJOB B {\nexecutable = run\ncontainer_image = busybox\n}\n" +
		"RETRY ALL_NODES 1 UNLESS-EXIT 7\n"
	jobs := s.imported("dagman", filepath.Join(s.folder(map[string]string{"d.dag": dag}), "d.dag"), map[string][]change{
		"d-a": {template("exit-code", "3")}, "d-b": {template("exit-code", "7")},
	})
	require.Equal(t, map[string]string{"d-a": "failed", "d-b": "failed"}, s.outcomes(jobs))
	require.Len(t, s.podsOf("d-a"), 2, "once, and once again")
	require.Len(t, s.podsOf("d-b"), 1)
}

// The lines of a crontab are CronJobs that the API server takes.
func TestAnImportedCrontabIsTaken(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	folder := s.folder(map[string]string{"crontab": "CRON_TZ=Europe/Berlin\n@daily backup --all\n30 2 * * 5-7 mail me%hello%\n*/5 8-18 * jan-mar mon-fri poll\n"})
	s.shell(folder, "depctl import crontab crontab --image busybox -o out\ndepctl lint out\nkubectl apply -f out\n")
	list, err := s.client.BatchV1().CronJobs(s.name).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Len(t, list.Items, 3)
	_, err = os.Stat(filepath.Join(folder, "out", "crontab-mail.yaml"))
	require.NoError(t, err)
}

// TestThePagesOfImporters runs the commands of docs/guide/argo.md and dagman.md, with the
// files that they show.
func TestThePagesOfImporters(t *testing.T) {
	t.Parallel()
	for page, command := range map[string]string{"argo.md": "depctl import argo nightly.yaml ", "dagman.md": "depctl import dagman diamond.dag "} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			s := full.namespace(t)
			data, err := os.ReadFile(filepath.Join("..", "..", "docs", "guide", page))
			require.NoError(t, err)
			files := map[string]string{}
			for _, file := range regexp.MustCompile("(?sm)^```(?:yaml)?\n(# ([a-z.]+)\n.*?)^```$").FindAllStringSubmatch(string(data), -1) {
				files[file[2]] = file[1]
			}
			dir := s.folder(files)
			_, rest, found := strings.Cut(string(data), "$ "+command)
			require.True(t, found)
			arguments, _, _ := strings.Cut(rest, "\n")
			s.shell(dir, command+arguments+"\n")
			printed := ""
			for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(string(data), -1) {
				printed += s.shell(dir, block[1])
			}
			require.Regexp(t, `first +✓ succeeded`, printed)
		})
	}
}
