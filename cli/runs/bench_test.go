package runs

import (
	"fmt"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// many returns runs of twenty steps each, of which half have ended.
func many(runs int) []*batchv1.Job {
	now := metav1.NewTime(time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC))
	var jobs []*batchv1.Job
	for r := range runs {
		for s := range 20 {
			job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
				Namespace: "etl", Name: fmt.Sprintf("step-%d-%08x", s, r), UID: types.UID(fmt.Sprintf("%d-%d", r, s)), CreationTimestamp: now,
				Labels:      map[string]string{gate.RunLabel: fmt.Sprintf("run-%d", r), gate.StepLabel: fmt.Sprintf("step-%d", s)},
				Annotations: map[string]string{gate.RunSizeAnnotation: "20"},
			}}
			if s > 0 {
				job.Annotations[gate.DependsOnAnnotation], job.Spec.Suspend = fmt.Sprintf("step-%d", s-1), ptr.To(true)
			}
			if s < 10 || r%2 == 0 {
				job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: "True", LastTransitionTime: now}}
			}
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// BenchmarkThousandRuns sums up 20,000 Jobs of 1,000 runs.
func BenchmarkThousandRuns(b *testing.B) {
	jobs := many(1000)
	for b.Loop() {
		r := &reading{world: snapshot.NewWorld(time.Now()), children: map[lang.Ref]key{}}
		for _, job := range jobs {
			r.world.Observe(job)
			r.see(job)
		}
		if len(r.summaries("etl")) != 1000 {
			b.Fatal("some runs are missing")
		}
	}
}
