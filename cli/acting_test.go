package cli

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// run runs one command line, in namespace etl unless it names another, with an
// answer on a terminal.
func (f *fakeJobs) run(answer string, args ...string) (stdout, stderr string, code int) {
	server := httptest.NewServer(f)
	defer server.Close()
	factory := testFactory(command.Terminal{Glyphs: picture.Unicode()})
	factory.Interactive = func(io.Reader) bool { return answer != "" }
	stdout, stderr, code = runDepctl(factory, answer, append(args, "--server", server.URL, "--namespace", "etl")...)
	stderr = regexp.MustCompile(`\S*depctl-retry-\S+\.yaml`).ReplaceAllString(stderr, "TEMP/depctl-retry.yaml")
	return stdout, strings.ReplaceAll(stderr, server.URL, "SERVER"), code
}

// words splits a command line at spaces, but for what is in quotes.
func words(line string) []string {
	var all []string
	for _, match := range regexp.MustCompile(`'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		all = append(all, match[1]+match[2])
	}
	return all
}

func someCronJobs(f *fakeJobs) {
	f.cron = map[string]*batchv1.CronJob{}
	for _, name := range []string{"nightly", "other"} {
		f.cron[name] = &batchv1.CronJob{
			TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"},
			ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: name, UID: types.UID("uid-" + name)},
			Spec:       batchv1.CronJobSpec{Schedule: "30 2 * * *"},
		}
	}
}

// TestActing runs each command line, prints what it says and what it wrote, and
// compares that with testdata/acting.
func TestActing(t *testing.T) {
	forbid := func(what ...string) func(*fakeJobs) {
		return func(f *fakeJobs) {
			for _, one := range what {
				f.forbidden[one] = true
			}
		}
	}
	for name, test := range map[string]struct {
		lines  []string
		answer string
		change func(*fakeJobs)
	}{
		"hold": {lines: []string{
			"hold weekly --reason 'disk is full'", "hold weekly --reason 'disk is full'", "hold job/weekly reporting/yearly -y", "hold weekly -o name",
			"hold weekly --dry-run -o yaml --reason again", "hold weekly --dry-run=server",
		}},
		"hold-refused":  {lines: []string{"hold nothing source prepare extract theirs", "hold ''", "hold", "hold a -l b=c", "hold a -A", "hold -l '=='", "hold a -o wide", "hold a --dry-run=perhaps"}},
		"hold-patterns": {lines: []string{"hold 'w*' 'etl/[mr]*' -y", "hold weekly 'we*' --dry-run", "hold 'extr*'", "hold 'nothing-*'", "hold 'we['", "hold 'r*' weekly", "hold laod wekly"}},
		"hold-several":  {lines: []string{"hold -l team=data", "hold -l team=data --dry-run", "hold --all -A -y", "hold -l team=none"}},
		"hold-cronjob": {lines: []string{
			"hold cronjob/nightly --dry-run=server", "hold cj/nightly --dry-run -o yaml", "hold cronjob/nightly", "hold cronjob/nightly", "release cronjob/nightly --dry-run", "release cronjob/nightly -o name", "release cronjob/nightly",
			"hold cronjob/none", "hold cronjob/nightly weekly", "hold cronjob/nightly --reason x", "release cronjob/nightly --force", "hold cronjob/nightly --run mon", "hold 'cronjob/n*'",
			"hold cronjob/nightly cronjob/other", "hold cronjob/nightly cronjob/other -y",
		}, change: someCronJobs},
		"hold-cronjob-rights": {lines: []string{"hold cronjob/nightly"}, change: func(f *fakeJobs) { someCronJobs(f); f.forbidden["patch cronjobs etl"] = true }},
		"hold-some":           {lines: []string{"hold weekly monthly ready -y"}, change: func(f *fakeJobs) { f.overtaken = wasReleased }},
		"hold-yes":            {lines: []string{"hold weekly ready"}, answer: "yes\n"},
		"hold-no":             {lines: []string{"hold weekly ready"}, answer: "\n"},
		"hold-rights":         {lines: []string{"hold weekly", "hold -l team=data -A -y"}, change: forbid("patch jobs etl", "list jobs *")},
		"hold-nobody":         {lines: []string{"hold weekly"}, change: func(f *fakeJobs) { f.forbidden["patch jobs etl"], f.nobody = true, true }},
		"hold-overtaken":      {lines: []string{"hold weekly"}, change: func(f *fakeJobs) { f.overtaken = func(j *batchv1.Job) { j.Labels = map[string]string{"new": ""} } }},
		"hold-too-late":       {lines: []string{"hold weekly"}, change: func(f *fakeJobs) { f.overtaken = wasReleased }},
		"hold-replaced":       {lines: []string{"hold weekly"}, change: func(f *fakeJobs) { f.overtaken = func(j *batchv1.Job) { j.UID = "uid-of-another" } }},

		"release":          {lines: []string{"release monthly", "release monthly", "release weekly", "hold ready", "release ready", "release --all", "release source"}},
		"release-patterns": {lines: []string{"release '*ly' -y", "release --force 'r*'"}},
		"release-only-held": {lines: []string{
			"release job.batch/bare --dry-run", "release job/bare", "release bare", "release --force again -o name", "release suspended",
		}, change: func(f *fakeJobs) {
			for _, name := range []string{"bare", "again"} {
				f.add("etl", name, "", func(j *batchv1.Job) { j.Annotations[gate.HoldAnnotation] = "submitted with --hold" })
			}
			f.add("etl", "suspended", "")
		}},
		"release-force": {lines: []string{
			"release --force monthly --dry-run=server", "release --force monthly", "release --force monthly", "release --force reporting/yearly -o name", "release --force ready",
		}},
		"release-force-broken": {lines: []string{"release --force broken", "release --force each"}, change: func(f *fakeJobs) {
			f.add("etl", "broken", "and and")
			f.array("each", 3, 0)
			delete(f.jobs[jobPath("etl", "each")].Annotations, gate.ReleasedAnnotation)
			f.jobs[jobPath("etl", "each")].Spec.Suspend = ptr.To(true)
		}},
		"release-force-array":        {lines: []string{"release --force blur --dry-run", "release --force blur", "release --force blur"}, change: func(f *fakeJobs) { f.array("blur", 5, 3) }},
		"release-force-array-rights": {lines: []string{"release --force blur"}, change: func(f *fakeJobs) { f.array("blur", 3, 3); f.forbidden["patch pods etl"] = true }},
		"release-force-several":      {lines: []string{"release --force --all"}},

		"retry":       {lines: []string{"retry extract", "retry extract -y", "retry extract -y"}},
		"retry-dry":   {lines: []string{"retry extract --dry-run", "retry extract --dry-run=server -o name", "retry load --only --dry-run -o yaml", "retry other --only --dry-run -o yaml"}},
		"retry-yes":   {lines: []string{"retry extract"}, answer: "y\n"},
		"retry-only":  {lines: []string{"retry extract --only", "retry clean --only", "retry source --only"}},
		"retry-all":   {lines: []string{"retry --all -y"}},
		"retry-below": {lines: []string{"retry stock", "retry prepare -y", "retry source"}},
		"retry-refused": {lines: []string{"retry nothing", "retry theirs", "retry member", "retry daily"}, change: func(f *fakeJobs) {
			owned := func(kind string) func(*batchv1.Job) {
				return func(j *batchv1.Job) {
					j.OwnerReferences = []metav1.OwnerReference{{APIVersion: "x/v1", Kind: kind, Name: "them", UID: "u", Controller: ptr.To(true)}}
				}
			}
			f.add("etl", "member", "", finishedBy(batchv1.JobFailed, "x"), owned("Workflow"))
			f.add("etl", "daily", "", finishedBy(batchv1.JobFailed, "x"), owned("CronJob"))
			finishedBy(batchv1.JobFailed, "x")(f.jobs[jobPath("etl", "theirs")])
		}},
		"retry-patterns":  {lines: []string{"retry 'o*' 'prep*' --only -y", "retry 'w*'", "retry deployment/web"}},
		"retry-rights":    {lines: []string{"retry extract -y"}, change: forbid("delete jobs etl", "create jobs reporting")},
		"retry-namespace": {lines: []string{"retry extract -y"}, change: forbid("list jobs *")},
		"retry-late": {lines: []string{"retry other -y"}, change: func(f *fakeJobs) {
			f.add("etl", "late", "other")
			f.created = func() { finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed)(f.jobs[jobPath("etl", "late")]) }
		}},
		"retry-elsewhere": {lines: []string{"retry reporting/report --dry-run", "retry reporting/alone --dry-run"}, change: func(f *fakeJobs) {
			f.forbidden["list jobs *"], f.forbidden["list jobs etl"] = true, true
			f.add("reporting", "alone", "", finishedBy(batchv1.JobFailed, "x"))
		}},
		"retry-elements": {lines: []string{"retry other -y"}, change: func(f *fakeJobs) {
			f.add("etl", "blur", "other", finishedBy(batchv1.JobFailed, gate.ReasonElementFailed))
		}},
		"retry-blind":     {lines: []string{"retry extract -y"}, change: forbid("list jobs *", "list jobs etl")},
		"retry-admission": {lines: []string{"retry other"}, change: func(f *fakeJobs) { f.refuses = "admission webhook says no" }},
		"retry-quota":     {lines: []string{"retry other"}, change: func(f *fakeJobs) { f.quota = 2 }},
		"retry-stays":     {lines: []string{"retry other --timeout 50ms"}, change: func(f *fakeJobs) { f.stays = true }},

		"cancel":            {lines: []string{"cancel source", "cancel weekly reporting/yearly", "cancel weekly reporting/yearly -y", "cancel prepare", "cancel nothing", "cancel either --downstream --keep"}},
		"cancel-patterns":   {lines: []string{"cancel 's*' 'ext*' --dry-run", "cancel 'reporting/*' -y"}},
		"cancel-downstream": {lines: []string{"cancel source --downstream --dry-run", "cancel source --downstream -y"}},
		"cancel-keep":       {lines: []string{"cancel source --keep", "cancel weekly --keep --dry-run=server", "cancel weekly --keep"}},
		"cancel-rights":     {lines: []string{"cancel source --downstream -y", "cancel source --keep"}, change: forbid("delete jobs reporting", "patch jobs/status etl")},
		"cancel-owned": {lines: []string{"cancel weekly"}, change: func(f *fakeJobs) {
			f.jobs[jobPath("etl", "weekly")].OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: "week", UID: "u", Controller: ptr.To(true)}}
		}},
		"cancel-stays": {lines: []string{"cancel source --timeout 50ms", "cancel source --wait=false"}, change: func(f *fakeJobs) { f.stays = true }},

		"set": {lines: []string{
			"set weekly 'source, prepare'", "set weekly 'job.batch/source, job/prepare'", "set weekly --on-failure wait --wait-timeout 2h", "set weekly --on-failure= -o name",
			"set weekly prepare --dry-run", "set weekly 'source, monthly' --dry-run", "set reporting/yearly 'etl/source or x' --dry-run=server",
		}},
		"set-mistakes": {lines: []string{
			"set weekly 'source, suceeded(prepare)'", "set weekly ''", "set weekly weekly", "set weekly --wait-timeout soon", "set weekly --on-failure perhaps",
			"set weekly --array-limit 3", "set weekly", "set 'week*' source", "set", "set weekly source too", "set weekly 'not failed(source)' --dry-run",
		}},
		"set-refused":    {lines: []string{"set extract prepare", "set source prepare", "set theirs prepare", "set bare prepare"}, change: func(f *fakeJobs) { f.add("etl", "bare", "") }},
		"set-fails":      {lines: []string{"set weekly other", "set weekly other -y"}},
		"set-fails-no":   {lines: []string{"set weekly other"}, answer: "n\n"},
		"set-several":    {lines: []string{"set -l team=data 'source, prepare' --dry-run", "set --all --wait-timeout 1h -y"}},
		"set-from-stdin": {lines: []string{"set weekly - -y"}, answer: "source, prepare\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			f := newFakeJobs(t)
			if test.change != nil {
				test.change(f)
			}
			var got strings.Builder
			for _, line := range test.lines {
				f.writes = nil
				stdout, stderr, code := f.run(test.answer, words(line)...)
				fmt.Fprintf(&got, "$ depctl %s\n%s-- exit code %d --\n%s", line, stdout, code, stderr)
				for _, write := range f.writes {
					fmt.Fprintf(&got, "> %s\n", write)
				}
				got.WriteByte('\n')
				if strings.Contains(line, "--dry-run") {
					require.Empty(t, f.writes)
				}
			}
			golden := filepath.Join("testdata", "acting", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got.String())
		})
	}
}
