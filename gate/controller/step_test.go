package controller

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// stepAt makes a Job a step of the run k, created so many seconds after monday.
func stepAt(step string, second int) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.CreationTimestamp = metav1.NewTime(monday.Add(time.Duration(second) * time.Second))
		metav1.SetMetaDataLabel(&j.ObjectMeta, gate.RunLabel, "k")
		metav1.SetMetaDataLabel(&j.ObjectMeta, gate.StepLabel, step)
	}
}

func inRun(step string) lang.Ref {
	return lang.Ref{Kind: lang.KindJob, Namespace: "n", Name: step, Run: "k"}
}

func TestAStepKeepsWhatItRemembersWhenALaterOneComesAndGoes(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.NoError(t, s.Replace([]any{job("waits-1", "1", "extract, never", stepAt("waits", 0)), job("extract", "2", "", stepAt("", 0), complete)}, "2"))
	require.NoError(t, s.Delete(job("extract", "3", "", stepAt("", 0), complete)))
	require.Contains(t, s.entries[inRun("waits")].seen, inRun("extract"))

	require.NoError(t, s.Update(job("waits-2", "4", "extract, never", stepAt("waits", 1))))
	require.Contains(t, s.entries[inRun("waits").Superseded("waits-1")].seen, inRun("extract"))
	require.NotContains(t, s.entries[inRun("waits")].seen, inRun("extract"), "it was gone before the later one waited")

	require.NoError(t, s.Delete(job("waits-2", "5", "extract, never", stepAt("waits", 1))))
	require.Contains(t, s.entries[inRun("waits")].seen, inRun("extract"))
}

// endedAt fails a Job so many seconds after monday.
func endedAt(second int) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		fails(j)
		j.Status.Conditions[0].LastTransitionTime = metav1.NewTime(monday.Add(time.Duration(second) * time.Second))
	}
}

func TestTheOutcomeOfTheLatestJobOfAStepStandsWhenEarlierOnesGo(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	retry := job("extract-2", "3", "", stepAt("extract", 1), endedAt(5))
	require.NoError(t, s.Replace([]any{
		job("load", "1", "extract, never", stepAt("", 0)), job("extract-1", "2", "", stepAt("extract", 0), ttl, guarded), retry,
	}, "3"))
	require.NoError(t, s.Delete(retry))
	require.EqualValues(t, "uid-extract-2", s.entries[inRun("load")].seen[inRun("extract")].Object.UID)

	earlier := job("extract-1", "4", "", stepAt("extract", 0), ttl, guarded, complete, goingAway)
	require.NoError(t, s.Update(earlier))
	require.EqualValues(t, "uid-extract-2", s.entries[inRun("load")].seen[inRun("extract")].Object.UID)
	_, guarding, _ := s.guarding(inRun("extract"))
	require.Equal(t, gate.RemoveGuard, guarding, "nobody is owed its outcome")
	require.NoError(t, s.Delete(earlier))
	require.EqualValues(t, "uid-extract-2", s.entries[inRun("load")].seen[inRun("extract")].Object.UID)
}

func TestAnEarlierJobOfAStepTakesNoNameAgain(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	retry := job("extract-2", "2", "", stepAt("extract", 1), endedAt(5))
	require.NoError(t, s.Replace([]any{job("extract-1", "1", "", stepAt("extract", 0)), retry}, "2"))
	load := job("load", "3", "(finished(extract), never)"+strings.Repeat(" ", longText), stepAt("", 0))
	require.NoError(t, s.Add(load))
	require.NoError(t, s.Delete(retry))
	s.reread(load)
	require.EqualValues(t, "uid-extract-2", s.entries[inRun("load")].seen[inRun("extract")].Object.UID)
}

func TestAStepThatCountsAgainRemembersNothingOfItself(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	later := job("waits-2", "3", "", stepAt("waits", 1), complete)
	require.NoError(t, s.Replace([]any{job("waits-1", "1", "finished({depctl.dev/run}) >= 9", stepAt("waits", 0))}, "1"))
	require.NoError(t, s.Update(later))
	require.NoError(t, s.Delete(later))
	require.Empty(t, s.entries[inRun("waits")].seen)
}

func TestAnExpressionThatNamesItsOwnStepStaysAMistake(t *testing.T) {
	t.Parallel()
	own := gate.Observe(job("waits-1", "1", "waits", stepAt("waits", 0)))
	for _, own.Superseded = range []bool{false, true} {
		_, err := own.Parse()
		require.ErrorContains(t, err, "itself")
	}
}
