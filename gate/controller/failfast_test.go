package controller

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

func failsFastly(j *batchv1.Job) {
	metav1.SetMetaDataAnnotation(&j.ObjectMeta, gate.FailFastAnnotation, "true")
}

// stepDecision returns what is decided about a step of the run k.
func stepDecision(t *testing.T, s *store, step string) gate.Decision {
	t.Helper()
	_, d, known := s.decide(inRun(step))
	require.True(t, known)
	return d
}

func TestARunGoesOnlyOnceItIsKnownWhoHandlesIt(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	handler := job("handler", "3", "failed(run) or ("+strings.Repeat("never or ", longText/9)+"never)", stepAt("", 0), failsFastly)
	require.NoError(t, s.Replace([]any{job("behind", "1", "handler", stepAt("", 0), failsFastly), job("load", "2", "", stepAt("", 0))}, "2"))
	require.NoError(t, s.Update(handler))
	require.NoError(t, s.Update(job("load", "4", "", stepAt("", 0), fails)))
	require.True(t, s.toRead(inRun("handler")))
	_, d, _ := s.decide(inRun("behind"))
	require.Equal(t, gate.Waiting, d.Action, "what the handler says is still to be read: %s", d.Message)

	asked()
	s.reread(handler)
	require.Contains(t, asked(), "behind")
	_, d, _ = s.decide(inRun("behind"))
	require.Equal(t, gate.Waiting, d.Action, "it waits for a handler, so it is one, too: %s", d.Message)

	require.NoError(t, s.Update(job("handler", "5", "load, never", stepAt("", 0), failsFastly)))
	require.Contains(t, asked(), "behind", "it is a handler no more")
	_, d, _ = s.decide(inRun("behind"))
	require.Equal(t, gate.ReasonRunFailed, d.Reason)
}

func TestAStepThatIsMadeAfterTheFailureMakesNoHandlerOfWhatWaitsForIt(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	require.NoError(t, s.Replace([]any{
		job("load", "1", "", stepAt("", 0), fails), job("behind", "2", "late", stepAt("", 0), failsFastly),
	}, "2"))
	require.Equal(t, gate.Waiting, stepDecision(t, s, "behind").Action, "what it waits for may come, and may be a handler")
	asked()
	require.NoError(t, s.Add(job("late", "3", "load", stepAt("", 0))))
	require.Contains(t, asked(), "behind")
	require.Equal(t, gate.ReasonRunFailed, stepDecision(t, s, "behind").Reason)
}

func TestWhatWaitsForAHandlerWaitsWhileThatRuns(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.NoError(t, s.Replace([]any{
		job("load", "1", "", stepAt("", 0), fails),
		job("alarm", "2", "failed(load)", stepAt("", 0), failsFastly, released),
		job("notify", "3", "alarm", stepAt("", 0), failsFastly),
		job("archive", "4", "notify", stepAt("", 0), failsFastly),
		job("other", "5", "", stepAt("", 0)),
		job("report", "6", "other", stepAt("", 0), failsFastly, released),
		job("mail", "7", "report", stepAt("", 0), failsFastly),
	}, "7"))
	require.Equal(t, gate.Waiting, stepDecision(t, s, "notify").Action, "the handler runs")
	require.Equal(t, gate.Waiting, stepDecision(t, s, "archive").Action)
	require.Equal(t, gate.ReasonRunFailed, stepDecision(t, s, "mail").Reason, "what it waits for runs, and handles nothing")

	require.NoError(t, s.Update(job("alarm", "8", "failed(load)", stepAt("", 0), failsFastly, released, complete)))
	require.NoError(t, s.Update(job("notify", "9", "alarm", stepAt("", 0), failsFastly, released)))
	require.Equal(t, gate.Waiting, stepDecision(t, s, "archive").Action, "it waits for a handler of a handler")
}

// handler are those that are released as handlers.
var handler = map[string]bool{"alarm": true, "notify": true}

// released releases a Job.
func released(j *batchv1.Job) {
	j.Spec.Suspend = ptr.To(false)
	metav1.SetMetaDataAnnotation(&j.ObjectMeta, gate.ReleasedAnnotation, fmt.Sprintf(`{"uid":%q,"handler":%t}`, j.UID, handler[j.Name]))
}

func TestWhoseRunFailedIsLookedForOnce(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	jobs := []any{job("load", "1", "", stepAt("", 0))}
	for i := range 20 {
		jobs = append(jobs, job(fmt.Sprintf("behind-%02d", i), fmt.Sprint(2+i), "load", stepAt("", 0), failsFastly))
	}
	require.NoError(t, s.Replace(jobs, "21"))
	require.NoError(t, s.Update(job("load", "22", "", stepAt("", 0), fails)))
	require.Equal(t, gate.ReasonRunFailed, stepDecision(t, s, "behind-00").Reason)
	found := s.runs.of[gate.AllSteps(inRun("load"))].failure.Load()
	require.NotNil(t, found)
	asked()
	for i := range 19 {
		name := fmt.Sprintf("behind-%02d", i)
		skipped := func(j *batchv1.Job) { fails(j); j.Status.Conditions[0].Reason = gate.ReasonRunFailed }
		require.NoError(t, s.Update(job(name, fmt.Sprint(23+i), "load", stepAt("", 0), failsFastly, skipped)))
	}
	require.Same(t, found, s.runs.of[gate.AllSteps(inRun("load"))].failure.Load())
	require.NotContains(t, asked(), "behind-19", "nothing changes for it")

	require.NoError(t, s.Replace(nil, "60"))
	require.Empty(t, s.runs.of)
	require.Zero(t, s.runs.failed)
}

// BenchmarkRunFails is the decision about each of the steps that wait in a run that has failed, and what the store
// makes of its end.
func BenchmarkRunFails(b *testing.B) {
	for _, steps := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(steps), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s, _ := recordingStore()
				jobs := []any{job("load", "1", "", stepAt("", 0), fails), job("alarm", "2", "failed(run)", stepAt("", 0))}
				for i := range steps {
					jobs = append(jobs, job(fmt.Sprintf("behind-%d", i), fmt.Sprint(3+i), "load", stepAt("", 0), failsFastly))
				}
				require.NoError(b, s.Replace(jobs, fmt.Sprint(3+steps)))
				b.StartTimer()
				for i := range steps {
					name := fmt.Sprintf("behind-%d", i)
					_, d, _ := s.decide(inRun(name))
					if d.Action != gate.Failing {
						b.Fatal(d.Message)
					}
					skipped := func(j *batchv1.Job) { fails(j); j.Status.Conditions[0].Reason = gate.ReasonRunFailed }
					if err := s.Update(job(name, fmt.Sprint(10+steps+i), "load", stepAt("", 0), failsFastly, skipped)); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*steps), "µs/step")
		})
	}
}
