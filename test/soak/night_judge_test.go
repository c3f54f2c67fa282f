package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/test/history"
)

var night = time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC)

// seen returns a state of a run of the night: held, running, complete or failed.
func seen(cronJob, name, state string) history.Event {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: "n", Name: name, UID: types.UID(name),
		Annotations:     map[string]string{batchv1.CronJobScheduledTimestampAnnotation: night.Format(time.RFC3339)},
		OwnerReferences: []metav1.OwnerReference{{Name: cronJob}},
	}}
	job.Spec.Suspend = new(state == "held")
	switch state {
	case "complete":
		job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
	case "failed":
		job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue}}
	}
	return history.Event{Job: job}
}

func TestRunsAreJudgedByThoseOfTheirTime(t *testing.T) {
	t.Parallel()
	loaded, checked := seen("load", "load-1", "complete"), seen("check", "check-1", "complete")
	failed := seen("flaky", "flaky-1", "failed")
	for name, test := range map[string]struct {
		events []history.Event
		lost   map[time.Time]bool
		want   []string
	}{
		"all in order": {events: []history.Event{loaded, checked, failed, seen("report", "report-1", "complete")}},
		"check before load has succeeded": {
			events: []history.Event{seen("load", "load-1", "running"), seen("check", "check-1", "held"), seen("check", "check-1", "running"), loaded},
			want:   []string{"n/check-1 began, but load has not succeeded"},
		},
		"strict before the repair": {
			events: []history.Event{failed, seen("strict", "strict-1", "running"), seen("flaky", "repair-1", "complete")},
			want:   []string{"n/strict-1 began, but flaky is not repaired"},
		},
		"strict after the repair, also if the first attempt is seen again": {
			events: []history.Event{failed, seen("flaky", "repair-1", "complete"), failed, seen("strict", "strict-1", "running")},
		},
		"report before slow has ended": {
			events: []history.Event{loaded, checked, failed, seen("report", "report-1", "complete"), seen("slow", "slow-1", "running")},
			want:   []string{"n/report-1 began, but slow has not ended"},
		},
		"report that never began": {
			events: []history.Event{loaded, checked, failed, seen("report", "report-1", "held")},
			want:   []string{"report of 02:00:00 has not succeeded"},
		},
		"report that hangs on a run that nobody saw": {
			events: []history.Event{loaded, checked, failed, seen("report", "report-1", "held")}, lost: map[time.Time]bool{night: true},
		},
		"report that takes a run for lost which was there": {
			events: []history.Event{loaded, checked, failed, seen("report", "report-1", "held"), seen("slow", "slow-1", "complete")}, lost: map[time.Time]bool{night: true},
			want: []string{"report of 02:00:00 takes the run of slow for lost, which was there"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			violations, _ := judge(test.events, night.Add(time.Minute), test.lost)
			var got []string
			for _, violation := range violations {
				got = append(got, violation.Error())
			}
			require.Equal(t, test.want, got)
		})
	}
}
