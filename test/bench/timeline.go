package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
)

// timeline is when what was seen of the Jobs of a run.
type timeline struct {
	released, complete map[string]time.Time
	end                time.Time
}

// follow watches the Jobs of a namespace until all these are complete.
func follow(ctx context.Context, client kubernetes.Interface, namespace string, names []string) (*timeline, error) {
	w, _, err := watchJobs(ctx, client, namespace)
	if err != nil {
		return nil, err
	}
	defer w.Stop()
	t := &timeline{released: map[string]time.Time{}, complete: map[string]time.Time{}}
	for len(t.complete) < len(names) {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d Jobs are complete: %w", len(t.complete), len(names), ctx.Err())
		case e := <-w.ResultChan():
			job, ok := e.Object.(*batchv1.Job)
			if !ok {
				return nil, fmt.Errorf("the watch ended: %v", e)
			}
			if err := t.see(job); err != nil {
				return nil, err
			}
		}
	}
	t.end = time.Now()
	return t, nil
}

func (t *timeline) see(job *batchv1.Job) error {
	now := time.Now()
	if _, known := t.released[job.Name]; !known && (job.Spec.Suspend == nil || !*job.Spec.Suspend) {
		t.released[job.Name] = now
	}
	if has(job, batchv1.JobFailed) {
		return fmt.Errorf("of the Jobs, %s failed", job.Name)
	}
	if _, known := t.complete[job.Name]; !known && has(job, batchv1.JobComplete) {
		t.complete[job.Name] = now
	}
	return nil
}

func has(job *batchv1.Job, kind batchv1.JobConditionType) bool {
	return slices.ContainsFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Type == kind && c.Status == corev1.ConditionTrue
	})
}

// hops returns how long after its last prerequisite each Job was complete, in
// ascending order.
func (t *timeline) hops(w workload) (hops []time.Duration) {
	for _, s := range w.steps {
		var last time.Time
		for _, need := range s.needs {
			if at := t.complete[need]; at.After(last) {
				last = at
			}
		}
		hops = append(hops, t.complete[s.name].Sub(last))
	}
	slices.Sort(hops)
	return hops
}

// makespan is from when start was released until the last Job was complete.
func (t *timeline) makespan() time.Duration { return t.end.Sub(t.released[start]) }

// at returns the value below which a share of the sorted durations lies.
func at(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}
