package controller

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// lasted is a Job that is complete and took so many seconds.
func lasted(seconds int64) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		start, end := metav1.Unix(1000, 0), metav1.Unix(1000+seconds, 0)
		j.Status.StartTime, j.Status.CompletionTime = &start, &end
		j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{Type: batchv1.JobComplete, Status: "True", LastTransitionTime: end})
	}
}

func expects(d string) func(*batchv1.Job) {
	return func(j *batchv1.Job) { metav1.SetMetaDataAnnotation(&j.ObjectMeta, "depctl.dev/expected-duration", d) }
}

func TestARankIsByWhatWasLearned(t *testing.T) {
	t.Parallel()
	s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(5000, 0)), map[string]string{"x": "1"})
	version := 0
	update := func(name, dependsOn string, changes ...func(*batchv1.Job)) {
		version++
		require.NoError(t, s.Update(job(name, fmt.Sprint(version), dependsOn, changes...)))
	}
	rank := func(name string) string { return s.rank(lang.Job("n", name)).String() }
	update("start", "")
	update("load-7", "start")
	update("sum", "load-7", expects("1m"))
	require.Equal(t, "1m2s", rank("start"), "nothing is known of start and load")
	update("load-1", "", lasted(30))
	require.Equal(t, "1m31s", rank("start"))
	update("load-1", "", lasted(30), func(j *batchv1.Job) { j.Labels = map[string]string{"seen": "again"} })
	update("load-2", "", lasted(50))
	require.Equal(t, "1m41s", rank("start"), "no end counts twice")
	update("sum", "load-7", expects("2m"))
	require.Equal(t, "2m41s", rank("start"), "what a Job says can be edited")
	update("sum", "load-7")
	require.Equal(t, "42s", rank("start"))
	require.NoError(t, s.Delete(job("sum", "99", "load-7")))
	require.Equal(t, "41s", rank("start"))
	update("load-7", "start", lasted(10))
	require.Equal(t, "1s", rank("start"))
	require.Len(t, s.lengths.families, 1, "of those that have ended, or are gone, nothing is kept")
}

// Whoever waits goes by what was learned, whatever came first, after a list.
func TestAListTeachesAllLengths(t *testing.T) {
	t.Parallel()
	s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(5000, 0)), nil)
	var all []any
	for i := range 40 {
		all = append(all, job(fmt.Sprintf("m-%03d", i), "1", "never"))
	}
	all = append(all, job("m-100", "1", "", lasted(10)), job("m-101", "1", "", lasted(30)))
	require.NoError(t, s.Replace(all, "2"))
	require.Equal(t, 20*time.Second, s.rank(lang.Job("n", "m-000")))
}

// Each of many ends would else look at all who wait.
func TestManyWhoWaitAreToldOfEndsTogether(t *testing.T) {
	t.Parallel()
	l := newLengths()
	const waiting = 800
	for i := range waiting {
		l.keep(lang.Job("n", fmt.Sprint("m-", i)), gate.Job{})
	}
	told := 0
	for i := range waiting {
		told += len(l.learn(gate.Observe(job(fmt.Sprint("m-", 1000+i), "1", "", lasted(int64(2+100*(i%2)))))))
	}
	require.LessOrEqual(t, told, (learnAgain+1)*waiting)
	require.GreaterOrEqual(t, told, waiting)
}
