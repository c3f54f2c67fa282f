package cluster

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/explanation"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// mostRunsAsked is how many runs of CronJobs are looked for by the names of their Jobs.
const mostRunsAsked = 200

// settle looks for the runs of CronJobs of which nothing else tells whether there was a Job: the
// last ones, and those that somebody waits for. It returns what is to be said of it.
func (r *Reading) settle(ctx context.Context) ([]string, error) {
	w := r.World
	for n, run := range r.unsettled() {
		if n == mostRunsAsked {
			return []string{fmt.Sprintf("Whether runs of CronJobs were missed was looked up for %d of them.", n)}, nil
		}
		ref := run.Object()
		at, err := time.Parse(time.RFC3339, run.Run)
		if err != nil {
			continue
		}
		runs := w.CronJobs.Runs(ref)
		job, err := r.client.Jobs(ref.Namespace).Get(ctx, runs.CronJob.JobName(at), metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			job = (*batchv1.Job)(nil)
		case apierrors.IsForbidden(err):
			return []string{fmt.Sprintf("Whether runs of CronJobs were missed is not known: %v", err)}, nil
		case err != nil:
			return nil, fmt.Errorf("reading the Job of %s: %w", run, err)
		}
		w.Answer(ref, at, schedule.AnswerOf(runs.CronJob.UID, at, job))
	}
	return nil, nil
}

func (r *Reading) unsettled() []lang.Ref {
	w, most := r.World, explanation.MostRuns
	if r.AllCronJobs {
		most = snapshot.MostRecorded
	}
	for _, ref := range w.CronJobs.Refs() {
		if r.Templates && w.Graph.Expr(ref) == nil && !w.Graph.HasDependents(ref) {
			continue // nobody asks
		}
		runs := w.CronJobs.Runs(ref)
		for _, run := range w.LastRuns(ref, most) {
			if at, err := time.Parse(time.RFC3339, run.Run); err == nil && runs.At(at, schedule.Unasked).State == schedule.Unsettled {
				w.Ask(ref, at)
			}
		}
		for _, job := range w.Graph.Dependents(ref) {
			if expr := w.Graph.Expr(job); expr != nil && w.Jobs[job].Waits() {
				for _, edge := range expr.Edges() {
					if edge.Ref.Resolve(job).Object() == ref {
						w.Meant(job, edge.Ref)
					}
				}
			}
		}
	}
	return w.Asked()
}
