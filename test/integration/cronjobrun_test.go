package integration

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
)

var jobOfCronJob = regexp.MustCompile(`^job\.batch/(\S+) created\n$`)

// runs a command that makes one Job of a CronJob, and returns that.
func (s *space) runsCronJob(args ...string) *batchv1.Job {
	s.t.Helper()
	stdout, _ := s.does(append([]string{"run"}, args...)...)
	said := jobOfCronJob.FindStringSubmatch(stdout)
	require.NotNil(s.t, said, stdout)
	return s.get(said[1])
}

// refuses runs a command line that must fail with a text and an exit code, and make nothing.
func (s *space) refuses(code int, text string, args ...string) {
	s.t.Helper()
	before := s.allJobs()
	_, stderr, exited := s.depctl(s.Kubeconfig(), args...)
	require.Equal(s.t, code, exited, stderr)
	require.Contains(s.t, stderr, text)
	require.Equal(s.t, before, s.allJobs())
}

// allJobs returns the names of the Jobs of the namespace.
func (s *space) allJobs() (names []string) {
	s.t.Helper()
	list, err := s.client.BatchV1().Jobs(s.name).List(s.t.Context(), metav1.ListOptions{})
	require.NoError(s.t, err)
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return names
}

// requireOwnedByHand asserts that a Job is owned by its CronJob and not controlled by it, and has
// no name that Kubernetes would give it.
func requireOwnedByHand(t *testing.T, cron *batchv1.CronJob, job *batchv1.Job) {
	t.Helper()
	require.Equal(t, []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: cron.Name, UID: cron.UID, Controller: new(bool)}}, job.OwnerReferences)
	require.Regexp(t, "^"+cron.Name+"-[0-9a-f]{8}$", job.Name)
}

// A Job that is run now is no night of its CronJob, and opens nothing.
func TestACronJobIsRunNow(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	load := s.nightly("load", yearly, "")
	s.passes("load", newYear)
	s.make("waits", "cronjob:load")
	now := s.runsCronJob("cronjob/load", "--env", "DAY=29")
	requireOwnedByHand(t, load, now)
	require.Empty(t, now.Annotations[batchv1.CronJobScheduledTimestampAnnotation])
	require.Equal(t, "29", now.Spec.Template.Spec.Containers[0].Env[0].Value)
	again := s.runsCronJob("cronjob/load")
	require.NotEqual(t, now.Name, again.Name)
	s.completes(now.Name, again.Name)
	s.held("waits")

	s.refuses(1, `there is no CronJob `+s.name+"/none", "run", "cronjob/none")
	s.refuses(1, `there is no CronJob `+s.name+"/none", "run", "cronjob/none", "--at", newYear.Format(time.RFC3339))
	s.refuses(2, "has no run", "run", "cronjob/load", "--run", "mon")
}

// A Job for a scheduled time repairs that night, or makes up for one before the CronJob's creation.
func TestANightIsRepairedByHand(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	load := s.nightly("load", yearly, "", untilTold)
	s.passes("load", newYear)
	s.make("first", "", night(load, newYear), untilTold, template("exit-code", "1"))
	s.make("patient", "cronjob:load", onFailure(gate.Wait))
	at := func(t time.Time) []string { return []string{"run", "cronjob/load", "--at", t.Format(time.RFC3339)} }
	s.refuses(1, "job "+s.name+"/first is there for this time, and has not ended", at(newYear)...)
	s.runs("first")
	s.tell("first")
	s.fails("first")
	s.held("patient")
	s.anotherSecond()

	repaired := s.runsCronJob(at(newYear.In(time.FixedZone("", 3600)))[1:]...)
	requireOwnedByHand(t, load, repaired)
	require.Equal(t, newYear.Format(time.RFC3339), repaired.Annotations[batchv1.CronJobScheduledTimestampAnnotation])
	s.held("patient")
	s.runs(repaired.Name)
	s.tell(repaired.Name)
	s.completes(repaired.Name, "patient")

	before := newYear.AddDate(-1, 0, 0)
	madeUp := s.runsCronJob(at(before)[1:]...)
	requireOwnedByHand(t, load, madeUp)
	require.Equal(t, before.Format(time.RFC3339), madeUp.Annotations[batchv1.CronJobScheduledTimestampAnnotation])

	s.refuses(1, "is still to come", at(newYear.AddDate(1, 0, 0))...)
	s.refuses(1, "is no scheduled time of CronJob", at(newYear.Add(time.Hour))...)
	s.refuses(2, "write a time as in", "run", "cronjob/load", "--at", "yesterday")
}

// Kubernetes itself makes a night that fails. It is repaired, who waited runs, and Kubernetes takes
// the Job that was made by hand for none of its own.
func TestANightOfKubernetesIsRepaired(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	s.nightly("load", "* * * * *", "", template("exit-code", "1"))
	s.nightly("report", "* * * * *", "cronjob:load", onFailure(gate.Wait))
	report := s.firstRun("report")
	failed := sameRun("load", "report", report)
	s.fails(failed)
	s.held(report)
	cron, err := s.client.BatchV1().CronJobs(s.name).Patch(t.Context(), "load", types.MergePatchType,
		[]byte(`{"spec":{"suspend":true,"jobTemplate":{"spec":{"template":{"metadata":{"annotations":{"sandbox.depctl.dev/exit-code":null}}}}}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	s.anotherSecond()

	at := s.get(failed).Annotations[batchv1.CronJobScheduledTimestampAnnotation]
	when, err := time.Parse(time.RFC3339, at)
	require.NoError(t, err)
	repaired := s.runsCronJob("cronjob/load", "--at", at)
	requireOwnedByHand(t, cron, repaired)
	require.NotEqual(t, fmt.Sprintf("load-%d", when.Unix()/60), repaired.Name)
	s.completes(repaired.Name, report)
	cron, err = s.client.BatchV1().CronJobs(s.name).Get(t.Context(), "load", metav1.GetOptions{})
	require.NoError(t, err)
	for _, active := range cron.Status.Active {
		require.NotEqual(t, repaired.Name, active.Name)
	}
	stdout, _ := s.does("runs", "--no-headers")
	require.Regexp(t, `cronjob/load `+regexp.QuoteMeta(when.UTC().Format(time.RFC3339))+`\s+✓ succeeded`, stdout)
}

// A folder becomes CronJobs, which Kubernetes runs as a chain, and whose schedule is changed by
// the same command.
func TestAFolderIsScheduled(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	folder := s.folder(map[string]string{
		"settings.yaml": settings,
		"jobs.yaml":     stepText("extract", "", untilToldText) + stepText("load", "depctl.dev/depends-on: extract", ""),
	})
	stdout, stderr := s.does("schedule", "* * * * *", "-f", folder)
	require.Equal(t, "configmap/settings applied\ncronjob.batch/extract applied\ncronjob.batch/load applied\n", stdout)
	require.Contains(t, stderr, "The first time is ")
	load := s.firstRun("load")
	extract := sameRun("extract", "load", load)
	s.held(load)
	s.tell(extract)
	s.completes(extract, load)

	s.does("schedule", "0 2 * * *", "--time-zone", "Europe/Berlin", "-f", folder)
	cron, err := s.client.BatchV1().CronJobs(s.name).Get(t.Context(), "load", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, "0 2 * * *", cron.Spec.Schedule)
	require.Equal(t, "Europe/Berlin", *cron.Spec.TimeZone)
	require.Equal(t, "cronjob:extract", cron.Spec.JobTemplate.Annotations[gate.DependsOnAnnotation])
}

// depctl schedule refuses what Kubernetes refuses, takes what Kubernetes takes, and makes nothing
// before it knows.
func TestSchedulesAreReadAsKubernetesReadsThem(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	folder := s.folder(map[string]string{"jobs.yaml": stepText("load", "", "")})
	for _, c := range []struct{ schedule, zone string }{
		{"0 2 * * *", ""},
		{"0 2 * * *", "Europe/Berlin"},
		{"0 2 * * *", "europe/berlin"},
		{"0 2 * * *", "Nowhere"},
		{"0 2 * * *", "Local"},
		{"0 2 * * *", "UTC"},
		{"TZ=Europe/Berlin 0 2 * * *", ""},
		{"CRON_TZ=UTC 0 2 * * *", ""},
		{"0 2 * *", ""},
		{"0 0 2 * * *", ""},
		{"60 2 * * *", ""},
		{"0 2 31 2 *", ""},
		{"0 2 * * MON-FRI", ""},
		{"0 2 * * 7", ""},
		{"@daily", ""},
		{"@every 1h", ""},
		{"@every 1x", ""},
		{"@reboot", ""},
		{"*/0 * * * *", ""},
		{"nightly", ""},
	} {
		t.Run(c.schedule+" "+c.zone, func(t *testing.T) {
			job := newJob("", "")
			cron := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: "load"}, Spec: batchv1.CronJobSpec{
				Schedule: c.schedule, JobTemplate: batchv1.JobTemplateSpec{Spec: job.Spec},
			}}
			args := []string{"schedule", c.schedule, "-f", folder, "--dry-run"}
			if c.zone != "" {
				cron.Spec.TimeZone, args = &c.zone, append(args, "--time-zone", c.zone)
			}
			_, err := s.client.BatchV1().CronJobs(s.name).Create(t.Context(), cron, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
			_, stderr, code := s.depctl(s.Kubeconfig(), args...)
			require.Equal(t, err == nil, code == 0, "Kubernetes says: %v\ndepctl says: %s", err, stderr)
		})
	}
	s.refuses(2, "cannot be read", "schedule", "0 2 * *", "-f", folder)
	list, err := s.client.BatchV1().CronJobs(s.name).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Empty(t, list.Items)
}
