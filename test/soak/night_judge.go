package main

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/test/history"
)

// outcome is how a run ended, of several attempts the last.
type outcome struct {
	ended, complete bool
}

// judge goes through what happened to the runs, in order: none may begin before those of its time are as it wants, and
// each that was due has succeeded. A slow run that Kubernetes never made is as one that ended. lost are the times of which
// the gate says that it cannot know the run of slow: that is right only where there was none.
func judge(events []history.Event, due time.Time, lost map[time.Time]bool) (violations []error, sum string) {
	made := map[string]map[time.Time]bool{} // also later than the moment that is judged
	for _, e := range events {
		if at, is := scheduled(e); is {
			if made[of(e)] == nil {
				made[of(e)] = map[time.Time]bool{}
			}
			made[of(e)][at] = true
		}
	}
	runs, released, completed := map[string]map[time.Time]outcome{}, map[string]bool{}, map[string]int{}
	for _, c := range cronJobs {
		runs[c.name] = map[time.Time]outcome{}
	}
	for _, e := range events {
		at, is := scheduled(e)
		if !is || runs[of(e)] == nil {
			continue
		}
		if !e.Suspended() && !released[string(e.Job.UID)] {
			released[string(e.Job.UID)] = true
			if why := early(of(e), at, runs, made); why != "" {
				violations = append(violations, fmt.Errorf("%s began, but %s", e.Key(), why))
			}
		}
		o := outcome{ended: e.Is(batchv1.JobComplete) || e.Is(batchv1.JobFailed), complete: e.Is(batchv1.JobComplete)}
		if known := runs[of(e)][at]; o.complete && !known.complete {
			completed[of(e)]++
		} else if known.ended {
			continue
		}
		runs[of(e)][at] = o
	}
	missed := 0
	for at := range made["report"] {
		if at.Before(due) && !made["slow"][at] {
			missed++
		}
		if lost[at] && made["slow"][at] {
			violations = append(violations, fmt.Errorf("report of %s takes the run of slow for lost, which was there", at.Format(time.TimeOnly)))
		}
		if at.Before(due) && !runs["report"][at].complete && !lost[at] {
			violations = append(violations, fmt.Errorf("report of %s has not succeeded", at.Format(time.TimeOnly)))
		}
	}
	return violations, fmt.Sprintf("%d nights, %d of check, %d of report, %d of strict after a repair succeeded, %d of slow were missed, %d of them while nobody watched",
		len(made["load"]), completed["check"], completed["report"], completed["strict"], missed, len(lost))
}

// early returns why a run may not begin yet, empty if it may.
func early(name string, at time.Time, runs map[string]map[time.Time]outcome, made map[string]map[time.Time]bool) string {
	switch {
	case (name == "check") && !runs["load"][at].complete:
		return "load has not succeeded"
	case (name == "strict") && !runs["flaky"][at].complete:
		return "flaky is not repaired"
	case name == "report" && !runs["check"][at].complete:
		return "check has not succeeded"
	case name == "report" && !runs["flaky"][at].ended:
		return "flaky has not ended"
	case name == "report" && made["slow"][at] && !runs["slow"][at].ended:
		return "slow has not ended"
	}
	return ""
}

// scheduled returns the scheduled time of a Job.
func scheduled(e history.Event) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, e.Job.Annotations[batchv1.CronJobScheduledTimestampAnnotation])
	return at.UTC(), err == nil
}

// unended returns the Jobs of runs that were due and have not ended.
func unended(last map[string]history.Event, due time.Time) (keys []string) {
	for key, e := range last {
		if at, is := scheduled(e); is && at.Before(due) && !e.Is(batchv1.JobComplete) && !e.Is(batchv1.JobFailed) {
			keys = append(keys, key)
		}
	}
	return keys
}
