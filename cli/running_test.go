package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

// stepOf makes a Job a step of a run.
func stepOf(run, step string, changes ...func(*batchv1.Job)) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Labels = map[string]string{gate.RunLabel: run, gate.StepLabel: step}
		j.Annotations[gate.RunSizeAnnotation] = "5"
		for _, change := range changes {
			change(j)
		}
	}
}

func createdAt(n int) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.CreationTimestamp = minutesAgo(n) }
}

// aFailedRun has a run in which clean has failed, and one of the same steps that succeeded.
func aFailedRun(f *fakeJobs) {
	clear(f.jobs)
	done, failed := finishedBy(batchv1.JobComplete, "CompletionsReached"), finishedBy(batchv1.JobFailed, "BackoffLimitExceeded")
	skipped := finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed)
	f.add("etl", "extract-1", "", stepOf("mon", "extract", done))
	f.add("etl", "clean-1", "extract", stepOf("mon", "clean", wasReleased, failed))
	f.add("etl", "index-1", "extract", stepOf("mon", "index", wasReleased, done))
	f.add("etl", "load-1", "clean, index", stepOf("mon", "load", skipped))
	f.add("etl", "mail-1", "load", stepOf("mon", "mail", skipped))
	for _, step := range []string{"extract", "clean", "index", "load", "mail"} {
		f.add("etl", step+"-2", "", stepOf("sun", step, done, createdAt(1500)))
	}
	f.add("etl", "after", "load@mon", skipped)
	f.add("etl", "plain", "")
}

// TestRunning runs each command line, prints what it says and what it wrote, and
// compares that with testdata/running.
func TestRunning(t *testing.T) {
	const folder = "-f testdata/run/nightly"
	for name, test := range map[string]struct {
		lines  []string
		answer string
		change func(*fakeJobs)
	}{
		"run":         {lines: []string{"run " + folder + " --run mon", "run " + folder + " --run mon", "run " + folder + " --run tue -o name"}},
		"run-unnamed": {lines: []string{"run " + folder, "run " + folder, "run " + folder + " -o name"}},
		"run-dry": {lines: []string{
			"run " + folder + " --dry-run=server", "run " + folder + " --run mon --dry-run -o yaml --fail-fast --deadline 6h --env DAY=29 --at 2026-11-29T03:00:00+01:00",
		}},
		"run-completes": {lines: []string{"run " + folder + " --run mon", "run " + folder + " --run mon"}, change: func(f *fakeJobs) {
			f.add("etl", "load-0", "extract, licence@", stepOf("mon", "load"))
		}},
		"run-refused": {lines: []string{
			"run", "run " + folder + " -k x", "run -R -k x", "run -f testdata/run/broken", "run -f testdata/run/twice", "run -f testdata/run/nothing", "run " + folder + " --run -x",
			"run " + folder + " --at tomorrow", "run " + folder + " --deadline soon", "run " + folder + " --env DAY", "run " + folder + " -o wide", "run " + folder + " --watch --dry-run", "run x",
		}},
		"run-others-steps": {lines: []string{"run " + folder + " --run mon"}, change: func(f *fakeJobs) { f.add("etl", "other-0", "", stepOf("mon", "other")) }},
		"run-taken":        {lines: []string{"run " + folder + " --run mon"}, change: func(f *fakeJobs) { f.add("etl", "load-b0e28fe7", "") }},
		"run-admission":    {lines: []string{"run " + folder + " --run mon"}, change: func(f *fakeJobs) { f.refuses = "admission webhook says no" }},
		"run-rights":       {lines: []string{"run " + folder + " --run mon"}, change: func(f *fakeJobs) { f.forbidden["create jobs etl"] = true }},
		"run-half": {lines: []string{"run " + folder + " --run mon", "run " + folder + " --run mon"}, change: func(f *fakeJobs) {
			f.created = func() { f.quota, f.created = 1, nil }
		}},

		"retry-run":       {lines: []string{"retry --run mon --dry-run", "retry --run mon -y", "retry --run mon -y"}, change: aFailedRun},
		"retry-run-yaml":  {lines: []string{"retry --run mon mail --dry-run -o yaml", "retry --run mon clean --only"}, change: aFailedRun},
		"retry-run-from":  {lines: []string{"retry --run mon --from index -y", "retry --run sun --from load --from clean -y -o name"}, change: aFailedRun},
		"retry-run-again": {lines: []string{"retry --run mon clean -y", "retry --run mon clean -y"}, change: aFailedRun},
		"retry-run-refused": {lines: []string{
			"retry --run wed", "retry --run sun", "retry --run mon cleann", "retry --run mon --from nothing", "retry --from clean", "retry --run mon clean --from clean", "retry --run mon -l a=b", "retry --run mon --from extract",
		}, change: func(f *fakeJobs) {
			aFailedRun(f)
			f.add("etl", "index-9", "extract", stepOf("mon", "index", wasReleased, createdAt(1)))
		}},
		"retry-run-half": {lines: []string{"retry --run mon -y"}, change: func(f *fakeJobs) {
			aFailedRun(f)
			f.created = func() { f.refuses = "quota of the day" }
		}},
		"retry-run-fail-fast": {lines: []string{"retry --run mon -y"}, change: func(f *fakeJobs) {
			aFailedRun(f)
			for _, job := range f.jobs {
				job.Annotations[gate.FailFastAnnotation] = "true"
			}
			f.add("etl", "zeta-1", "", stepOf("mon", "zeta", finishedBy(batchv1.JobFailed, "x")))
		}},

		"cronjob": {lines: []string{
			"run cronjob/nightly --dry-run -o yaml --env DAY=29", "run cronjob/nightly", "run cronjob/nightly --at 2026-11-20T02:30:00+01:00 -o yaml --dry-run",
			"run cronjob/nightly --at 2026-11-20T01:30:00Z", "run cj/nightly --at 2026-11-20T01:30:00Z", "run cronjob/nightly --at 2025-11-20T01:30:00Z -o name",
			"run cronjob/nightly --at 2026-11-20T02:30:00Z", "run cronjob/nightly --at 2026-11-24T01:30:00Z", "run cronjob/none", "run job/load", "run cronjob/nightly -f x",
			"run cronjob/nightly --run mon", "run cronjob/nightly --deadline 1h", "run cronjob/a cronjob/b",
		}, change: func(f *fakeJobs) {
			f.cron = map[string]*batchv1.CronJob{"nightly": {
				TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"},
				ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "nightly", UID: "uid-nightly", CreationTimestamp: minutesAgo(60 * 24 * 30)},
				Spec: batchv1.CronJobSpec{Schedule: "30 2 * * *", TimeZone: ptr.To("Europe/Berlin"), JobTemplate: batchv1.JobTemplateSpec{
					ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"team": "data"}, Annotations: map[string]string{gate.DependsOnAnnotation: "cronjob:load"}},
					Spec:       f.jobs[jobPath("etl", "source")].Spec,
				}},
				Status: batchv1.CronJobStatus{LastScheduleTime: ptr.To(minutesAgo(40))},
			}}
		}},
		"schedule": {lines: []string{
			"schedule '0 2 * * *' -f testdata/run/chain --dry-run", "schedule '0 2 * * *' --time-zone Europe/Berlin -f testdata/run/chain --dry-run -o yaml",
			"schedule '0 2 * * *' " + folder + " --dry-run", "schedule", "schedule 0 2", "schedule '0 2 * *' " + folder, "schedule '0 2 * * *'",
			"schedule '0 2 * * *' " + folder + " --fail-fast", "schedule '0 2 * * *' " + folder + " --deadline 6h", "schedule '0 2 * * *' " + folder + " --time-zone Nowhere",
			"schedule 'TZ=Europe/Berlin 0 2 * * *' " + folder,
		}},
		"runs":       {lines: []string{"runs", "runs --matrix", "runs -o name --limit 2", "runs -o json --limit 1", "runs -o wide", "runs --matrix -o json"}, change: someRuns},
		"runs-none":  {lines: []string{"runs", "runs -o json"}},
		"status-run": {lines: []string{"status --run mon", "status --run wed", "status --run -x"}, change: aFailedRun},
		"graph-run":  {lines: []string{"graph --run mon -o tree", "graph --run mon load --up 1 --down 0 -o tree", "graph --run mon lode", "graph --run wed", "graph --run mon -f x"}, change: aFailedRun},
		"graph-run-handlers": {lines: []string{
			"graph --run mon", "graph --run mon -o tree", "graph --run mon -o json", "graph --run mon -o dot", "graph --run mon -o mermaid", "graph --run mon -o name", "graph -o tree",
			"graph --run tue", "graph --run tue -A -o tree --no-headers",
		}, change: runsWithHandlers},
		"plan-run": {lines: []string{"plan --run mon", "plan --run wed", "plan --run mon -f x"}, change: aWaitingRun},
		"plan-run-handlers": {lines: []string{
			"plan --run mon", "plan --run tue -o wide", "plan --run mon -o json", "plan -o wide", "plan --run mon -A",
			"plan --run mon --no-headers", "explain --run mon load -r", "explain --run mon alarm -o json", "explain --run tue tidy -r",
		}, change: runsWithHandlers},
		"explain-run": {lines: []string{"explain --run mon load", "explain load-1", "explain --run mon lode", "explain --run wed load"}, change: aWaitingRun},
		"prune":       {lines: []string{"prune --keep 1 --dry-run", "prune --keep 1", "prune --keep 2 --older-than 10h -y", "prune --older-than 30d -y", "prune --older-than 5m -y"}, change: someRuns},
		"prune-usage": {lines: []string{"prune", "prune --keep -1", "prune --older-than soon", "prune --keep 1 -o wide", "prune --keep 1 --dry-run=x"}},
		"prune-rights": {lines: []string{"prune --keep 1 -y"}, change: func(f *fakeJobs) {
			someRuns(f)
			f.forbidden["list jobs *"], f.forbidden["delete jobs etl"] = true, true
		}},

		"hold-run":   {lines: []string{"hold --run mon -y", "hold --run mon load", "release --run mon -y", "hold --run wed", "hold --run mon lode"}, change: aWaitingRun},
		"cancel-run": {lines: []string{"cancel --run mon --dry-run", "cancel --run mon load --downstream -y", "cancel --run mon -y"}, change: aWaitingRun},
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
			golden := filepath.Join("testdata", "running", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got.String())
		})
	}
}

// someRuns has runs of every kind: of steps, and of a CronJob.
func someRuns(f *fakeJobs) {
	aFailedRun(f)
	done := finishedBy(batchv1.JobComplete, "CompletionsReached")
	f.add("etl", "extract-3", "", stepOf("tue", "extract", createdAt(5)), func(j *batchv1.Job) { j.Spec.Suspend = nil })
	f.add("etl", "load-3", "extract, licence@", stepOf("tue", "load", createdAt(5)))
	f.add("etl", "extract-4", "", stepOf("old", "extract", done, createdAt(9000)))
	f.add("etl", "extract-5", "", stepOf("old", "extract", finishedBy(batchv1.JobFailed, "x"), createdAt(9001)))
	f.add("etl", "load-4", "", stepOf("old", "load", done, createdAt(9000)))
	for _, job := range []string{"extract-4", "load-4"} {
		f.jobs[jobPath("etl", job)].Annotations[gate.RunSizeAnnotation] = "2"
	}
	f.add("etl", "waits", "load@sun", createdAt(3))
	f.add("etl", "nightly-1", "", done, createdAt(400), func(j *batchv1.Job) {
		j.Annotations[batchv1.CronJobScheduledTimestampAnnotation] = "2026-11-22T19:30:00Z"
		j.OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: "nightly", UID: "u", Controller: ptr.To(true)}}
	})
}

// runsWithHandlers has two runs of one folder, one of which has failed.
func runsWithHandlers(f *fakeJobs) {
	clear(f.jobs)
	done := finishedBy(batchv1.JobComplete, "CompletionsReached")
	sized := func(j *batchv1.Job) { j.Annotations[gate.RunSizeAnnotation] = "7" }
	f.add("etl", "licence", "", done)
	for _, run := range []string{"mon", "tue"} {
		end := done
		if run == "tue" {
			end = finishedBy(batchv1.JobFailed, "BackoffLimitExceeded")
		}
		f.add("etl", "extract-"+run, "", stepOf(run, "extract", done, sized))
		f.add("etl", "clean-"+run, "extract", stepOf(run, "clean", end, sized))
		f.add("etl", "index-"+run, "extract", stepOf(run, "index", sized))
		f.add("etl", "load-"+run, "clean, index, licence@, maps@", stepOf(run, "load", sized))
		f.add("etl", "alarm-"+run, "failed(run)", stepOf(run, "alarm", sized))
		f.add("etl", "mail-"+run, "succeeded(run)", stepOf(run, "mail", sized))
		f.add("etl", "tidy-"+run, "finished(run), finished(mail), finished(alarm)", stepOf(run, "tidy", sized))
	}
}

func aWaitingRun(f *fakeJobs) {
	clear(f.jobs)
	f.add("etl", "extract-1", "", stepOf("mon", "extract"), func(j *batchv1.Job) { j.Spec.Suspend = nil })
	f.add("etl", "load-1", "extract", stepOf("mon", "load"))
	f.add("etl", "mail-1", "load", stepOf("mon", "mail"))
	f.add("etl", "load-2", "extract", stepOf("tue", "load"))
	f.add("etl", "load", "extract")
}

// Two runs that begin in the same second get names of their own, and what two people make
// of one run is made once.
func TestRunsThatBeginTogether(t *testing.T) {
	f := newFakeJobs(t)
	_, before, code := f.run("", "run", "-f", "testdata/run/nightly")
	require.Zero(t, code, before)
	_, after, code := f.run("", "run", "-f", "testdata/run/nightly")
	require.Zero(t, code, after)
	name := regexp.MustCompile(`run (\S+): 3 steps`)
	require.NotEqual(t, name.FindStringSubmatch(before)[1], name.FindStringSubmatch(after)[1])
	runs := map[string]int{}
	for _, job := range f.jobs {
		runs[job.Labels[gate.RunLabel]]++
	}
	delete(runs, "")
	require.Len(t, runs, 2)
	for run, steps := range runs {
		require.Equal(t, 3, steps, run)
	}

	// Somebody else is in the middle of it when the first step has been made.
	other := newFakeJobs(t)
	other.created = func() {
		other.created = nil
		other.add("etl", "theirs-0", "", func(j *batchv1.Job) { j.Labels = map[string]string{gate.RunLabel: "20261123-021000"} })
	}
	_, stderr, code := other.run("", "run", "-f", "testdata/run/nightly")
	require.Zero(t, code, stderr)
	require.NotEqual(t, "20261123-021000", name.FindStringSubmatch(stderr)[1])
	steps := 0
	for _, job := range other.jobs {
		if job.Labels[gate.RunLabel] == "20261123-021000" {
			steps++
			require.Equal(t, "theirs-0", job.Name)
		}
	}
	require.Equal(t, 1, steps)
}
