package gate

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// took returns a Job that succeeded so many minutes after midnight, and took so many minutes.
func took(name string, at, minutes int, changes ...func(*Job)) Job {
	midnight := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	end := midnight.Add(time.Duration(at) * time.Minute)
	job := Job{Namespace: "etl", Name: name, Started: end.Add(-time.Duration(minutes) * time.Minute), Object: &lang.Object{Outcome: lang.Succeeded, Finished: end}}
	for _, change := range changes {
		change(&job)
	}
	return job
}

func TestLengthsAreLearned(t *testing.T) {
	t.Parallel()
	ofRun := func(run, step string) func(*Job) {
		return func(j *Job) { j.Labels = map[string]string{RunLabel: run, StepLabel: step} }
	}
	ofCronJob := func(j *Job) { j.CronJob = types.UID("cron") }
	failed := func(j *Job) { j.Object.Outcome = lang.Failed }
	for name, test := range map[string]struct {
		jobs []Job
		of   lang.Ref
		want string
	}{
		"the mean of those of the name":          {[]Job{took("load", 1, 10), took("load", 2, 20)}, lang.Job("etl", "load"), "15m0s of 2, load"},
		"names that differ in numbers only":      {[]Job{took("load-1", 1, 10), took("load-22", 2, 20)}, lang.Job("etl", "load-3"), "15m0s of 2, load-#"},
		"the name itself comes before":           {[]Job{took("load-1", 1, 10), took("load-22", 2, 20)}, lang.Job("etl", "load-1"), "10m0s of 1, load-1"},
		"a step counts in any run":               {[]Job{took("x-ab-load", 1, 10, ofRun("ab", "load"))}, lang.Ref{Kind: lang.KindJob, Namespace: "etl", Name: "load", Run: "cd"}, "10m0s of 1, load"},
		"runs of a CronJob count for its others": {[]Job{took("n1-29000001", 1, 10, ofCronJob), took("n2-29000001", 1, 50, ofCronJob)}, lang.Job("etl", "n1-29000002"), "10m0s of 1, n1-#"},
		"or for those of a like CronJob":         {[]Job{took("n1-29000001", 1, 10, ofCronJob)}, lang.Job("etl", "n3-29000002"), "10m0s of 1, n#-#"},
		"what has failed counts nothing":         {[]Job{took("load", 1, 10, failed)}, lang.Job("etl", "load"), "unknown"},
		"another namespace counts nothing":       {[]Job{took("load", 1, 10)}, lang.Job("other", "load"), "unknown"},
		"the last eight, in whatever order": {
			[]Job{took("a", 9, 8), took("a", 1, 999), took("a", 2, 999), took("a", 3, 8), took("a", 4, 8), took("a", 5, 8), took("a", 6, 8), took("a", 7, 8), took("a", 8, 8), took("a", 10, 16)},
			lang.Job("etl", "a"), "9m0s of 8, a",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := NewLengths(10, 10)
			for _, job := range test.jobs {
				require.Equal(t, job.Outcome() == lang.Succeeded, l.Add(job))
			}
			got := "unknown"
			if like, known := l.Of(test.of); known {
				got = fmt.Sprintf("%s of %d, %s", like.Duration, like.Runs, like.Family)
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestLengthsTakeNoMoreRoomThanTheyMay(t *testing.T) {
	t.Parallel()
	l := NewLengths(4, 8)
	for n := range 100 {
		for i := range 50 {
			name := fmt.Sprintf("%c%c", 'a'+i/26, 'a'+i%26)
			l.Add(took(name, i, 1, func(j *Job) { j.Namespace = fmt.Sprint("ns-", n) }))
			_, known := l.Of(lang.Job("ns-0", "often"))
			require.Equal(t, n > 0 || i > 0, known)
			l.Add(took("often", i, 1, func(j *Job) { j.Namespace = "ns-0" }))
		}
	}
	namespaces := len(l.of.young) + len(l.of.old)
	require.LessOrEqual(t, namespaces, 4)
	for _, names := range l.of.young {
		require.LessOrEqual(t, len(names.young)+len(names.old), 8)
		require.GreaterOrEqual(t, len(names.young)+len(names.old), 1)
	}
	_, known := l.Of(lang.Job("ns-99", "bx"))
	require.True(t, known, "the last one")
	_, known = l.Of(lang.Job("ns-50", "bx"))
	require.False(t, known)
}

func TestTheLengthByWhichAJobIsRanked(t *testing.T) {
	t.Parallel()
	l := NewLengths(1, 10)
	l.Add(took("load-1", 1, 10))
	require.Equal(t, time.Hour, RankLength(lang.Job("etl", "load-2"), time.Hour, l), "it says so")
	require.Equal(t, 10*time.Minute, RankLength(lang.Job("etl", "load-2"), 0, l))
	require.Equal(t, time.Second, RankLength(lang.Job("etl", "new"), 0, l))
	require.Equal(t, time.Second, RankLength(lang.Job("etl", "load-2"), time.Millisecond, l))
}
