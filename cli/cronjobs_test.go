package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// fakeCronJob returns a CronJob of namespace etl that was made four days ago. Its last run was at a
// time of today.
func fakeCronJob(name, times, dependsOn, last string, changes ...func(*batchv1.CronJob)) *batchv1.CronJob {
	c := &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: name, UID: types.UID("cron-" + name), CreationTimestamp: minutesAgo(4 * 24 * 60), Annotations: map[string]string{}},
		Spec:       batchv1.CronJobSpec{Schedule: times},
	}
	if dependsOn != "" {
		c.Spec.JobTemplate.Annotations = map[string]string{gate.DependsOnAnnotation: dependsOn}
	}
	if last != "" {
		c.Status.LastScheduleTime = ptr.To(metav1.NewTime(todayAt(last)))
	}
	for _, change := range changes {
		change(c)
	}
	return c
}

// todayAt returns a time of the day of testNow; a number of days may stand before it, as in -1.
func todayAt(text string) time.Time {
	days := 0
	if before, after, ok := strings.Cut(text, " "); ok {
		days, text = int(before[1]-'0')*-1, after
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		panic(err)
	}
	return testNow.Truncate(24*time.Hour).AddDate(0, 0, days).Add(at.Sub(at.Truncate(24 * time.Hour)))
}

// scheduledAt makes a Job a run of a CronJob.
func scheduledAt(cronJob, at string) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Annotations[batchv1.CronJobScheduledTimestampAnnotation] = todayAt(at).Format(time.RFC3339)
		j.CreationTimestamp = metav1.NewTime(todayAt(at))
		j.OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: cronJob, UID: types.UID("cron-" + cronJob), Controller: ptr.To(true)}}
	}
}

// recorded has the gate keep how runs ended, in a watch since its creation.
func recorded(outcomes map[string]lang.Outcome) func(*batchv1.CronJob) {
	return func(c *batchv1.CronJob) {
		facts := schedule.Observe(c)
		record := schedule.Record{}.Begin(&schedule.CronJob{UID: facts.UID, Created: facts.Created, Schedule: facts.Schedule, Zone: facts.Zone}, facts.Created)
		record = record.SeenThrough(&facts)
		for at, outcome := range outcomes {
			record = record.With(schedule.Outcome{Time: todayAt(at), Outcome: outcome, Created: todayAt(at), Finished: todayAt(at).Add(4 * time.Minute)})
		}
		c.Annotations[schedule.OutcomesAnnotation] = record.String()
	}
}

// cronObjects is a night of CronJobs.
func cronObjects() []runtime.Object {
	policy := func(policy batchv1.ConcurrencyPolicy, active ...string) func(*batchv1.CronJob) {
		return func(c *batchv1.CronJob) {
			c.Spec.ConcurrencyPolicy = policy
			for _, name := range active {
				c.Status.Active = append(c.Status.Active, corev1.ObjectReference{Namespace: "etl", Name: name})
			}
		}
	}
	return append(nightObjects(),
		fakeCronJob("load", "0 * * * *", "extract-2", "02:00", recorded(map[string]lang.Outcome{"-1 23:00": lang.Succeeded, "00:00": lang.Failed})),
		fakeJob("load-2", "extract-2", scheduledAt("load", "02:00"), func(j *batchv1.Job) { j.Name = "load-29393880" }),
		fakeJob("load-by-hand", "", scheduledAt("load", "02:00"), ran(5), func(j *batchv1.Job) {
			delete(j.Annotations, batchv1.CronJobScheduledTimestampAnnotation)
		}),
		fakeCronJob("report", "0 6 * * *", "cronjob:load >= 2, cronjob:report@-1, cronjob:tidy, extract-1", "-1 06:00"),
		fakeCronJob("tidy", "30 1 * * *", "", "01:30", func(c *batchv1.CronJob) { c.Spec.Suspend = ptr.To(true) }),
		fakeJob("tidy-29393850", "", scheduledAt("tidy", "01:30"), ran(40), finishedAs(batchv1.JobFailed, 30, "BackoffLimitExceeded")),
		fakeCronJob("often", "*/5 * * * *", "load-2", "01:55", policy(batchv1.ForbidConcurrent, "often-29393875")),
		fakeJob("often-29393875", "load-2", scheduledAt("often", "01:55")),
		fakeJob("after-load", "cronjob:load@-1, cronjob:often"),
		fakeCronJob("late", "0 2 * * *", "", "-1 02:00", func(c *batchv1.CronJob) { c.Spec.StartingDeadlineSeconds = ptr.To(int64(60)) }),
		fakeCronJob("wrong", "0 3 * * *", "suceeded(load)", "-1 03:00"),
		fakeCronJob("mars", "0 3 * * *", "", "", func(c *batchv1.CronJob) { c.Spec.TimeZone = ptr.To("Mars/Olympus") }),
	)
}

// resultsOf adds Jobs that wait for results, and pods that tell them.
func resultsOf(c *fake.Clientset) {
	one := func(j *batchv1.Job) { j.Spec.Completions = ptr.To(int32(1)) }
	named := func(j *batchv1.Job) { j.Spec.Template.Spec.Containers = []corev1.Container{{Name: "main"}} }
	done := finishedAs(batchv1.JobComplete, 20, "")
	objects := []runtime.Object{
		fakeJob("check", "", ran(30), done, one, named),
		fakeJob("tidy-29392410", "", scheduledAt("tidy", "-1 01:30"), ran(30), done, one, named),
		fakeJob("by-result", "succeeded(check, result=yes)"),
		fakeJob("by-run", "succeeded(cronjob:tidy@-1, result=no)"),
	}
	for _, job := range []string{"check", "tidy-29392410"} {
		objects = append(objects, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: job + "-x", UID: types.UID(job), Labels: map[string]string{batchv1.ControllerUidLabel: "uid-" + job}, OwnerReferences: ownedBy(job)},
			Status: corev1.PodStatus{Phase: corev1.PodSucceeded, ContainerStatuses: []corev1.ContainerStatus{{
				Name: "main", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Message: "no\n", FinishedAt: minutesAgo(20)}},
			}}},
		})
	}
	for _, object := range objects {
		if err := c.Tracker().Add(object); err != nil {
			panic(err)
		}
	}
}

// TestCronJobs runs commands on a cluster with CronJobs; what they print is in testdata/cronjobs.
func TestCronJobs(t *testing.T) {
	for name, test := range map[string]struct {
		lines    []string
		terminal string
		change   func(*fake.Clientset)
	}{
		"explain":       {lines: []string{"explain cronjob/load", "explain cj/report", "explain cronjob.batch/report -r", "explain cronjob/tidy", "explain cronjob/often"}, terminal: "100 columns"},
		"explain-more":  {lines: []string{"explain cronjob/late cronjob/wrong", "explain cronjob/mars", "explain cronjob/none", "explain cronjob/load --index 1", "explain load-29393880 cronjob/load --run k"}, terminal: "80 columns, ascii"},
		"explain-json":  {lines: []string{"explain cronjob/report extract-1 -o json"}},
		"explain-all":   {lines: []string{"explain cronjob/t*", "explain -A cronjob/no*", "explain -A cronjob/no* -o json", "explain -A load", "explain -A cronjob/[", "explain -A cronjob/[tl]a* -o json"}, terminal: "100 columns"},
		"explain-jobs":  {lines: []string{"explain often-29393875 -r"}, terminal: "80 columns"},
		"explain-alone": {lines: []string{"explain cronjob/load"}, change: func(c *fake.Clientset) { forbid(c, "list", "jobs"); forbid(c, "get", "jobs") }},
		"plan": {lines: []string{
			"plan -f testdata/cronjobs/night.yaml", "plan -f testdata/cronjobs/night.yaml --slots 1 -o wide", "plan -f testdata/cronjobs/night.yaml -o json",
		}, terminal: "80 columns"},
		"plan-cluster": {lines: []string{
			"plan", "plan --cronjobs", "plan --cronjobs -A -o wide", "plan --cronjobs --run mon", "plan --cronjobs -f x",
		}, terminal: "100 columns"},
		"plan-cluster-forbidden": {lines: []string{"plan --cronjobs"}, terminal: "100 columns", change: func(c *fake.Clientset) { forbid(c, "list", "cronjobs") }},
		"graph": {lines: []string{
			"graph", "graph -o tree", "graph -o wide", "graph -o dot", "graph -o mermaid", "graph -o json",
			"graph -f testdata/cronjobs/night.yaml", "graph -f testdata/cronjobs/night.yaml -o tree", "graph -f testdata/cronjobs/night.yaml -o dot",
		}, terminal: "150 columns"},
		"runs":           {lines: []string{"runs", "runs --matrix", "runs --limit 3 -o json", "runs -A -o name"}, terminal: "100 columns"},
		"runs-forbidden": {lines: []string{"runs"}, change: func(c *fake.Clientset) { forbid(c, "list", "cronjobs") }},
		"results":        {lines: []string{"explain by-result", "graph by-result --up 1", "plan", "explain by-run"}, terminal: "100 columns", change: resultsOf},
		"results-forbidden": {lines: []string{"explain by-result", "graph by-result --up 1"}, terminal: "100 columns", change: func(c *fake.Clientset) {
			resultsOf(c)
			forbid(c, "list", "pods")
		}},
		"graph-handlers":  {lines: []string{"graph -f testdata/cronjobs/handlers.yaml", "graph -f testdata/cronjobs/handlers.yaml -o dot"}, terminal: "100 columns"},
		"graph-forbidden": {lines: []string{"graph after-load"}, terminal: "100 columns", change: func(c *fake.Clientset) { forbid(c, "list", "cronjobs") }},
		"graph-as-run": {lines: []string{
			"graph -f testdata/cronjobs/handlers.yaml --as-run", "graph -f testdata/cronjobs/handlers.yaml --as-run -o dot", "graph -f testdata/run/chain --as-run",
			"graph -f testdata/run/circle.yaml --as-run -o dot", "lint testdata/run/circle.yaml --as-run",
		}, terminal: "100 columns"},
		"graph-circles": {lines: []string{
			"graph -f testdata/cronjobs/each-other.yaml", "lint testdata/cronjobs/each-other.yaml",
			"plan -f testdata/cronjobs/each-other.yaml", "graph -f testdata/cronjobs/circle.yaml",
			"lint testdata/cronjobs/circle.yaml", "lint testdata/cronjobs/open-circle.yaml",
		}, terminal: "100 columns"},
		"explain-none": {lines: []string{"explain cronjob/load"}, change: func(c *fake.Clientset) { forbid(c, "get", "cronjobs") }},
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			on := parseTerminal(t, test.terminal)
			for _, line := range test.lines {
				client := nightCluster(cronObjects(), true)
				if test.change != nil {
					test.change(client)
				}
				stdout, stderr, code := runDepctl(clusterFactory(t, client, on), "", strings.Fields(line)...)
				got.WriteString("$ depctl " + line + "\n" + stdout + "-- exit code " + string(rune('0'+code)) + " --\n" + stderr + "\n")
				for _, action := range client.Actions() {
					require.Contains(t, []string{"get", "list", "create"}, action.GetVerb())
				}
			}
			golden := filepath.Join("testdata", "cronjobs", name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got.String())
		})
	}
}
