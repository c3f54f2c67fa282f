package cli

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

func TestCompletions(t *testing.T) {
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(kubeconfig, []byte("apiVersion: v1\nkind: Config\ncontexts: [{name: here}, {name: there}]\n"), 0o600))
	for line, want := range map[string]string{
		"hold ":                      "either\twaiting, after source or prepared|ready\twaiting, after prepare|weekly\twaiting, after source",
		"hold w":                     "weekly\twaiting, after source",
		"hold weekly w":              "",
		"hold job/w":                 "job/weekly\twaiting, after source",
		"hold reporting/":            "reporting/yearly\twaiting, after etl/monthly",
		"release ":                   "monthly\theld, after weekly",
		"release --force r":          "ready\twaiting, after prepare",
		"retry ":                     "clean\tskipped, after extract|extract\tfailed, after prepare|index\tskipped, after extract|load\tskipped, after clean, index|other\tfailed|stock\tskipped, after extract, other",
		"cancel s":                   "source\tpending",
		"set weekly pre":             "prepare\tsucceeded",
		"hold 'we*":                  "",
		"hold we*":                   "",
		"hold job/reporting/":        "job/reporting/yearly\twaiting, after etl/monthly",
		"get rea":                    "ready\twaiting, after prepare",
		"explain deployment/etl-w":   "deployment/etl-web",
		"explain deploy/other/":      "deploy/other/other-db|deploy/other/other-web",
		"graph deployment/":          "deployment/etl-db|deployment/etl-web",
		"retry deployment/":          "",
		"explain cronjob/":           "cronjob/night\t0 2 * * *",
		"run cj/":                    "cj/night\t0 2 * * *",
		"get --run ":                 "monday\t2 steps|tuesday\t1 step",
		"logs --run mon":             "monday\t2 steps",
		"explain --run monday ":      "extract\tpending|load\twaiting, after extract",
		"retry --run monday --from ": "extract\tpending|load\twaiting, after extract",
		"retry --from ":              "",
		"get --sort-by ":             ".blockedBy|.created|.dependsOn|.done|.failed|.finished|.kind|.labels|.message|.name|.namespace|.run|.size|.started|.state|.step|.uid|.waitsFor",
		"get --sort-by st":           "started|state|step",
		"graph --collapse ":          "namespace",
		"help wa":                    "wait\tWait until an expression is true",
		"limits ":                    "db\t1|licence\t10|local\t2",
		"limits etl/l":               "etl/licence\t10|etl/local\t2",
		"limits other/":              "",
		"limits db l":                "",
		"logs pre":                   "prepare\tsucceeded",
		"logs prepare -c ":           "main",
		"logs -c m":                  "main",
		"logs --color ":              "always|auto|never",
		"graph -n ":                  "etl|reporting",
		"graph -n r":                 "reporting",
		"hold -o ":                   "json|name|yaml",
		"graph -o ":                  "dot|html|json|mermaid|name|picture|png|svg|tree|wide",
		"hold --dry-run=":            "client|none|server",
		"graph --context t":          "there",
		"completion ":                "bash|fish|powershell|zsh",
		"version ":                   "",
		"cancel --down":              "--downstream\tCancel all Jobs too that can no longer run then.",
		"retry --server=nowhere:1 ":  "",
	} {
		t.Run(line, func(t *testing.T) {
			f := newFakeJobs(t)
			if strings.Contains(line, "--run") || strings.Contains(line, "--from") {
				f.addRuns()
			}
			f.cron = map[string]*batchv1.CronJob{"night": {ObjectMeta: metav1.ObjectMeta{Name: "night"}, Spec: batchv1.CronJobSpec{Schedule: "0 2 * * *"}}}
			server := httptest.NewServer(f)
			defer server.Close()
			args := append([]string{"__complete", "--kubeconfig", kubeconfig, "--server", server.URL}, strings.Split(line, " ")...)
			if !strings.Contains(line, "-n ") {
				args = append(args[:1], append([]string{"-n", "etl"}, args[1:]...)...)
			}
			stdout, _, code := runDepctl(testFactory(command.Terminal{}), "", args...)
			require.Zero(t, code)
			lines := strings.Split(strings.TrimSpace(stdout), "\n")
			require.Equal(t, ":4", strings.TrimSpace(lines[len(lines)-1]), "the shell offers files")
			got := lines[:len(lines)-1]
			require.ElementsMatch(t, strings.FieldsFunc(want, func(r rune) bool { return r == '|' }), got)
			require.Empty(t, f.writes)
		})
	}
}

// addRuns adds two steps of run monday, and one of tuesday.
func (f *fakeJobs) addRuns() {
	for name, dependsOn := range map[string]string{"monday-extract": "", "monday-load": "extract", "tuesday-extract": ""} {
		run, step, _ := strings.Cut(name, "-")
		f.add("etl", name, dependsOn, func(j *batchv1.Job) { j.Labels = map[string]string{gate.RunLabel: run, gate.StepLabel: step} })
		if dependsOn == "" {
			f.jobs[jobPath("etl", name)].Spec.Suspend = nil
		}
	}
}

// Fields and their values are completed in a list; more may follow.
func TestCompletionsOfAFieldSelector(t *testing.T) {
	for word, want := range map[string]string{
		"s":                       "state=|step=",
		"state=su":                "state=suspended|state=succeeded",
		"state!=f":                "state!=failed",
		"state==f":                "state==failed",
		"state!=failed,k":         "state!=failed,kind=",
		"kind=j":                  "kind=job|kind=jobset",
		"run=":                    "run=monday|run=tuesday",
		"metadata.namespace=rep":  "metadata.namespace=reporting",
		"metadata.name=anything":  "",
		"state!=failed,state=ski": "state!=failed,state=skipped",
	} {
		t.Run(word, func(t *testing.T) {
			f := newFakeJobs(t)
			f.addRuns()
			server := httptest.NewServer(f)
			defer server.Close()
			stdout, _, code := runDepctl(testFactory(command.Terminal{}), "", "__complete", "--server", server.URL, "-n", "etl", "get", "--field-selector", word)
			require.Zero(t, code)
			lines := strings.Split(strings.TrimSpace(stdout), "\n")
			require.Equal(t, ":6", strings.TrimSpace(lines[len(lines)-1]))
			require.ElementsMatch(t, strings.FieldsFunc(want, func(r rune) bool { return r == '|' }), lines[:len(lines)-1])
		})
	}
}

// Indexes are completed in a list, in their order; more may follow.
func TestCompletionsOfIndexes(t *testing.T) {
	for word, want := range map[string]string{"": "0|1|2\tfailed|3", "2": "2\tfailed", "0,": "0,0|0,1|0,2\tfailed|0,3"} {
		f := newFakeJobs(t)
		f.array("shards", 4, 0)
		f.jobs[jobPath("etl", "shards")].Status.FailedIndexes = ptr.To("2")
		server := httptest.NewServer(f)
		stdout, _, code := runDepctl(testFactory(command.Terminal{}), "", "__complete", "--server", server.URL, "-n", "etl", "logs", "shards", "--index", word)
		server.Close()
		require.Zero(t, code)
		require.Equal(t, strings.ReplaceAll(want, "|", "\n")+"\n:38\n", stdout)
	}
}

// What is completed in an expression may go on, so no space follows.
func TestCompletionsOfAnExpression(t *testing.T) {
	for word, want := range map[string]string{
		"dep":                 "deployment:\tready",
		"jobs":                "jobset:\tsucceeded",
		"rayj":                "",
		"cron":                "",
		"re":                  "ready\twaiting, after prepare|replicaset:\tready",
		"prepare, failed(ex":  "prepare, failed(extract\tfailed, after prepare",
		"deployment:":         "deployment:etl-db|deployment:etl-web",
		"ready(deploy:etl-d":  "ready(deploy:etl-db",
		"deployment:other/":   "deployment:other/other-db|deployment:other/other-web",
		"jobset:":             "jobset:etl-db|jobset:etl-web",
		"namespace:r":         "namespace:reporting",
		"gadget:":             "",
		"widget.example.com:": "",
		"cronjob:":            "",
	} {
		t.Run(word, func(t *testing.T) {
			t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
			server := httptest.NewServer(newFakeJobs(t))
			defer server.Close()
			stdout, _, code := runDepctl(testFactory(command.Terminal{}), "", "__complete", "--server", server.URL, "-n", "etl", "wait", word)
			require.Zero(t, code)
			lines := strings.Split(strings.TrimSpace(stdout), "\n")
			require.Equal(t, ":6", strings.TrimSpace(lines[len(lines)-1]))
			require.ElementsMatch(t, strings.FieldsFunc(want, func(r rune) bool { return r == '|' }), lines[:len(lines)-1])
		})
	}
}

// States are completed in a list, for whichever command has such an option.
func TestCompletionOfStates(t *testing.T) {
	found, _ := completeList(states())(nil, nil, "waiting,f")
	require.Contains(t, found, "waiting,failed")
	require.NotContains(t, found, "waiting,waiting")
}

func TestFormatsThatHelpNames(t *testing.T) {
	require.Equal(t, []string{"json"}, formats("Output format: json."))
	require.Equal(t, []string{"name", "json", "yaml"}, formats("Output format: name, json or yaml, of the Jobs as they are then."))
}
