package trace

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
)

var update = flag.Bool("update", false, "write the golden files")

// at returns a time of the day on which all of these Jobs ran.
func at(clock string) metav1.Time {
	t, _ := time.Parse("2006-01-02 15:04:05.999", "2026-11-30 "+clock)
	return metav1.NewTime(t)
}

func job(name string, change func(*batchv1.Job)) *batchv1.Job {
	j := &batchv1.Job{}
	j.Namespace, j.Name, j.UID = "etl", name, "uid-of-"+"job"
	j.CreationTimestamp = at("10:00:00")
	j.Annotations, j.Labels = map[string]string{}, map[string]string{}
	if change != nil {
		change(j)
	}
	return j
}

func ended(j *batchv1.Job, kind batchv1.JobConditionType, clock, reason, message string) {
	j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{
		Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: at(clock), Reason: reason, Message: message,
	})
}

func released(j *batchv1.Job, clock string) {
	text, _ := json.Marshal(gate.Release{UID: j.UID, At: at(clock).Time, By: gate.ByGate})
	j.Annotations[gate.ReleasedAnnotation] = string(text)
	j.Annotations[gate.DependsOnAnnotation] = "extract"
}

func started(j *batchv1.Job, clock string) {
	t := at(clock)
	j.Status.StartTime = &t
}

var jobs = map[string]*batchv1.Job{
	"one that was released and succeeded": job("load", func(j *batchv1.Job) {
		released(j, "10:04:59.250")
		started(j, "10:05:00")
		done := at("10:09:00")
		j.Status.CompletionTime, j.Status.Succeeded = &done, 1
		ended(j, batchv1.JobComplete, "10:09:01", "", "")
	}),
	"a step of a run that failed after two tries": job("nightly-load-x7", func(j *batchv1.Job) {
		j.Labels[gate.RunLabel], j.Labels[gate.StepLabel] = "nightly", "load"
		released(j, "10:01:00")
		started(j, "10:01:00")
		j.Status.Failed = 2
		ended(j, batchv1.JobFailed, "10:02:00", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
	}),
	"one that the gate failed": job("load", func(j *batchv1.Job) {
		j.Annotations[gate.DependsOnAnnotation] = "extract"
		started(j, "10:03:00")
		ended(j, batchv1.JobFailureTarget, "10:03:00", gate.ReasonDependencyFailed, "etl/extract failed")
		ended(j, batchv1.JobFailed, "10:03:01", gate.ReasonDependencyFailed, "etl/extract failed")
	}),
	"one that waits for nothing": job("extract", func(j *batchv1.Job) {
		started(j, "10:00:00")
		j.Status.Succeeded = 1
		ended(j, batchv1.JobComplete, "10:01:00", "", "")
	}),
	"one whose times are of the same second": job("quick", func(j *batchv1.Job) {
		released(j, "10:00:00.900")
		started(j, "10:00:00")
		ended(j, batchv1.JobComplete, "10:00:00", "", "")
	}),
	"a run of a CronJob that never started": job("nightly-29", func(j *batchv1.Job) {
		yes := true
		j.OwnerReferences = []metav1.OwnerReference{{Kind: "CronJob", Name: "nightly", Controller: &yes}}
		ended(j, batchv1.JobFailed, "10:05:00", "DeadlineExceeded", "")
	}),
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for name, j := range jobs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spans := Spans(j, OfRun("", "etl", "nightly"), []Link{{OfRun("", "etl", "nightly"), "uid-of-extract", "etl/extract"}})
			var text strings.Builder
			for _, s := range spans {
				require.LessOrEqual(t, s.StartTimeUnixNano, s.EndTimeUnixNano)
				one, err := protojson.Marshal(s)
				require.NoError(t, err)
				var parts map[string]any
				require.NoError(t, json.Unmarshal(one, &parts))
				lines, err := json.MarshalIndent(parts, "", "  ") // protojson's own spaces are by chance
				require.NoError(t, err)
				text.Write(append(lines, '\n'))
			}
			file := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".json")
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), text.String())
		})
	}
}

func TestAJobThatGoesOnHasNoSpans(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*batchv1.Job){
		"it runs":       func(j *batchv1.Job) { started(j, "10:00:00") },
		"its pods end":  func(j *batchv1.Job) { ended(j, batchv1.JobSuccessCriteriaMet, "10:01:00", "", "") },
		"it is to fail": func(j *batchv1.Job) { ended(j, batchv1.JobFailureTarget, "10:01:00", gate.ReasonDependencyFailed, "") },
	} {
		require.Nil(t, Spans(job("load", change), ID{1}, nil), name)
	}
}

func TestLinksAreBounded(t *testing.T) {
	t.Parallel()
	spans := Spans(jobs["one that waits for nothing"], ID{1}, make([]Link, MaxLinks+7))
	require.Len(t, spans[0].Links, MaxLinks)
	require.Equal(t, uint32(7), spans[0].DroppedLinksCount)
}

func TestSamplingTakesWholeTraces(t *testing.T) {
	t.Parallel()
	taken := 0
	for i := range 10_000 {
		if OfRun("", "etl", string(rune(i))).Sampled(Million / 4) {
			taken++
		}
	}
	require.InDelta(t, 2500, taken, 250)
	require.True(t, ID{}.Sampled(1))
	require.False(t, ID{}.Sampled(0))
	all := ID{8: 0xff, 9: 0xff, 10: 0xff, 11: 0xff, 12: 0xff, 13: 0xff, 14: 0xff, 15: 0xff}
	require.True(t, all.Sampled(Million))
	require.False(t, all.Sampled(Million-1))
}

func TestIDsDiffer(t *testing.T) {
	t.Parallel()
	ids := map[ID]bool{}
	for _, id := range []ID{
		OfRun("", "etl", "a"), OfRun("", "etl", "b"), OfRun("", "ml", "a"), OfRun("prod", "etl", "a"), OfGraph("", "etl", "a"),
	} {
		require.False(t, ids[id])
		ids[id] = true
	}
	require.NotEqual(t, OfJob("a"), OfJob("b"))
	require.NotEqual(t, OfJob("a"), spanID("a", "wait"))
}
