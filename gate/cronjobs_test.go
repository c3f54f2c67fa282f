package gate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// run returns a Job that says that it is the run of the CronJob with UID load, and succeeded.
func run(namespace, uid string, at time.Time) gate.Job {
	return gate.Observe(&batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: "load-1", UID: types.UID(uid), CreationTimestamp: metav1.NewTime(at),
			Annotations:     map[string]string{batchv1.CronJobScheduledTimestampAnnotation: at.Format(time.RFC3339)},
			OwnerReferences: []metav1.OwnerReference{{Kind: "CronJob", Name: "load", UID: "load"}},
		},
		Status: batchv1.JobStatus{Conditions: []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}},
	})
}

type known struct{ *gate.CronJobs }

func (k known) Runs(ref lang.Ref) (*schedule.Runs, schedule.Answers) {
	return k.CronJobs.Runs(ref), nil
}

func (known) Ask(lang.Ref, []time.Time) {}

func TestARunIsOfItsOwnNamespace(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC)
	expr, err := lang.Parse("cronjob:load")
	require.NoError(t, err)
	crons := gate.NewCronJobs()
	crons.Set(schedule.CronJob{Namespace: "etl", Name: "load", UID: "load", Created: at.AddDate(0, 0, -7), Schedule: "0 2 * * *", Last: at})
	waits := gate.Job{Namespace: "etl", Name: "report", Created: at.Add(time.Hour), Object: &lang.Object{Created: at.Add(time.Hour)}}
	eval := func() lang.Value {
		w := gate.World{
			Graph: depgraph.New(), Kinds: gate.CronJobsOnly(), Self: waits.Ref(), Job: waits, Schedules: known{crons},
		}
		return expr.Eval(w, waits.Subject(), at.Add(2*time.Hour)).Value
	}
	_, counts := crons.SetJob(run("stranger", "forged", at))
	require.False(t, counts)
	require.Equal(t, lang.Unknown, eval(), "whoever makes a Job elsewhere says what he likes")
	crons.SetJob(run("etl", "real", at))
	require.Equal(t, lang.True, eval())
}
