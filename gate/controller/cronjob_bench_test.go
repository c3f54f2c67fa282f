package controller

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// monday is when the CronJobs of the tests were made.
var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// aCronJob returns a CronJob of every minute, as the watch of CronJobs has it.
func aCronJob(tb testing.TB, name string, change ...func(*batchv1.CronJob)) *unstructured.Unstructured {
	c := &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "n", Name: name, UID: types.UID("uid-" + name), ResourceVersion: "1", CreationTimestamp: metav1.NewTime(monday),
		},
		Spec: batchv1.CronJobSpec{Schedule: "* * * * *"},
	}
	for _, do := range change {
		do(c)
	}
	object, err := apiruntime.DefaultUnstructuredConverter.ToUnstructured(c)
	require.NoError(tb, err)
	return &unstructured.Unstructured{Object: object}
}

// runOf makes a Job the run of a CronJob of some minute since monday.
func runOf(cronJob string, minute int) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		at := monday.Add(time.Duration(minute) * time.Minute)
		j.CreationTimestamp = metav1.NewTime(at)
		j.OwnerReferences = []metav1.OwnerReference{{Kind: "CronJob", Name: cronJob, UID: types.UID("uid-" + cronJob)}}
		metav1.SetMetaDataAnnotation(&j.ObjectMeta, batchv1.CronJobScheduledTimestampAnnotation, at.Format(time.RFC3339))
	}
}

// cronClerk is a clerk that knows of CronJobs.
func cronClerk() (*clerk, cronJobStore) {
	b := newClerk()
	b.kinds.schedules, b.kinds.unlisted = true, true
	return b, newCronJobStore(b.store)
}

// BenchmarkForgedRuns has a Job fail, one after the other of very many that say that they are runs of one CronJob, which
// somebody names. It takes in the event and does all that comes of it; "ms-at-start" is what it takes to record
// how the half of them ended before anybody named the CronJob.
func BenchmarkForgedRuns(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000, 50_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, crons := cronClerk()
			require.NoError(b, crons.Replace([]any{aCronJob(b, "load")}, "1"))
			forged := func(i int, change ...func(*batchv1.Job)) *batchv1.Job {
				s.version++
				return job(fmt.Sprintf("forged-%d", i), fmt.Sprint(s.version), "", append(change, runOf("load", i*7%n))...)
			}
			all := make([]any, n)
			for i := range all {
				if all[i] = forged(i); i%2 == 0 {
					all[i] = forged(i, complete)
				}
			}
			require.NoError(b, s.Replace(all, fmt.Sprint(s.version)))
			began := time.Now()
			s.update(b, "waits", "cronjob:load, never", runOf("other", n))
			start := time.Since(began)
			i := 0
			for b.Loop() {
				require.NoError(b, s.Update(forged((2*i+1)%n, fails, func(j *batchv1.Job) { j.Generation = int64(i) })))
				s.work()
				i++
			}
			b.ReportMetric(float64(start.Milliseconds()), "ms-at-start")
		})
	}
}

// BenchmarkCronJobMemory measures what a CronJob takes in the heap that somebody names: "B" in all, with the node of the graph and
// the Jobs that the history limits of Kubernetes leave.
func BenchmarkCronJobMemory(b *testing.B) {
	const crons = 100
	for _, test := range []struct {
		name           string
		jobs, recorded int
		alternate      bool
	}{
		{name: "never ran"},
		{name: "four Jobs", jobs: 4},
		{name: "four Jobs, and a record of 10,000 runs that succeeded", jobs: 4, recorded: 10_000},
		{name: "four Jobs, and a record that is full", jobs: 4, recorded: 1000, alternate: true},
	} {
		b.Run(test.name, func(b *testing.B) {
			var text string
			for b.Loop() {
				s, kind := cronClerk()
				require.NoError(b, s.Replace(nil, "0"))
				before := heap()
				for i := range crons {
					name := fmt.Sprintf("load-%d", i)
					facts := schedule.CronJob{UID: types.UID("uid-" + name), Created: monday, Schedule: "* * * * *", Last: monday}
					record := schedule.Record{}.Begin(&facts, monday)
					outcomes := make([]schedule.Outcome, test.recorded)
					for k := range outcomes {
						at := monday.Add(time.Duration(k+1) * time.Minute)
						outcomes[k] = schedule.Outcome{Time: at, Outcome: lang.Succeeded, Created: at, Finished: at.Add(time.Second)}
						if test.alternate && k%2 == 0 {
							outcomes[k].Outcome, outcomes[k].Reason = lang.Failed, "BackoffLimitExceeded"
						}
					}
					text = record.With(outcomes...).String()
					require.NoError(b, kind.Update(aCronJob(b, name, func(c *batchv1.CronJob) {
						c.Annotations = map[string]string{schedule.OutcomesAnnotation: text}
						c.Spec.JobTemplate.Annotations = map[string]string{gate.DependsOnAnnotation: "cronjob:" + name + "@-1 or never"}
					})))
					for k := range test.jobs {
						s.version++
						require.NoError(b, s.Update(job(fmt.Sprintf("%s-%d", name, k), fmt.Sprint(s.version), "", runOf(name, 20_000+k), complete)))
					}
				}
				s.work()
				b.ReportMetric(float64(heap()-before)/crons, "B")
				b.ReportMetric(float64(len(text)), "B-of-annotation")
				runtime.KeepAlive(s)
			}
		})
	}
}

func fails(j *batchv1.Job) {
	j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: "BackoffLimitExceeded"})
}
