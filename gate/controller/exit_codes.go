package controller

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// What is in this file reads and keeps the exit codes that somebody waits to know. The
// Job does not tell them, so they are read from pods, and only once.

// podPage is how many pods are read at once for their exit codes: an array may have
// 100,000 of them, of any size.
const podPage = 100

// learn reads the exit codes that a Job waits to know, from the pods of the
// prerequisites that failed. Nobody else's pods are ever read.
func (c *Controller) learn(ctx context.Context, ref lang.Ref, decision gate.Decision) error {
	owners := c.store.untold(ref)
	for _, reason := range decision.Reasons {
		if o := reason.Object; len(reason.Check.Codes) > 0 && reason.Value == lang.Unknown && o != nil && o.Outcome == lang.Failed && o.Exit == nil && reason.Ref.Kind == lang.KindJob {
			owners = append(owners, gate.Owner{Job: reason.Ref, UID: types.UID(o.UID)})
		}
	}
	for _, owner := range owners {
		exits, err := c.exits(ctx, owner)
		if err != nil {
			return fmt.Errorf("reading the exit codes of %s: %w", owner.Job, err)
		}
		c.store.learn(owner.Job, owner.UID, exits)
	}
	return nil
}

// exits reads the exit codes of the pods of a Job.
func (c *Controller) exits(ctx context.Context, job gate.Owner) (*gate.Exits, error) {
	exits := &gate.Exits{}
	options := metav1.ListOptions{
		LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID), FieldSelector: "status.phase=Failed", Limit: podPage,
	}
	for {
		page, err := c.client.CoreV1().Pods(job.Job.Namespace).List(ctx, options)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			exits.Add(job, &page.Items[i])
		}
		if options.Continue = page.Continue; options.Continue == "" {
			return exits, nil
		}
	}
}

// learn takes in the exit codes of a Job that failed, and of its elements.
func (s *store) learn(ref lang.Ref, uid types.UID, exits *gate.Exits) {
	s.change(func() []lang.Ref {
		e, ok := s.entries[ref]
		if !ok || e.job.UID != uid {
			return nil
		}
		e.job.Object = exits.In(e.job.Object)
		return append(s.put(ref, e), s.changedRun(e.job)...)
	})
}

// untold returns the arrays of whose elements, and the runs of CronJobs of which, a Job
// waits to know exit codes that nobody has read yet.
func (s *store) untold(ref lang.Ref) []gate.Owner {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[ref]
	if !ok || e.expr == nil || !e.job.Waits() || !e.asksExit {
		return nil
	}
	var untold []gate.Owner
	for _, prerequisite := range s.graph.Prerequisites(ref) {
		if s.mayLook(ref, e, prerequisite) != gate.Allowed || !e.expr.AsksExitCode(prerequisite, ref) {
			continue
		}
		for _, other := range s.jobsOf(ref, e, prerequisite) {
			failed := gate.FailedElements(other.Object)
			ofRun := prerequisite.Kind == lang.KindCronJob && other.Outcome() == lang.Failed && other.Object.Exit == nil
			if ofRun || other.Object.Array != nil && len(failed.Minus(other.Object.Array.Told)) > 0 {
				untold = append(untold, other.Owner())
			}
		}
	}
	return untold
}

// jobsOf returns the Job that an expression names, or the Jobs of the runs of a CronJob that it means: not all
// that there are.
func (s *store) jobsOf(ref lang.Ref, e entry, prerequisite lang.Ref) []gate.Job {
	if prerequisite.Kind != lang.KindCronJob {
		if e, ok := s.entries[prerequisite]; ok {
			return []gate.Job{e.job}
		}
		return nil
	}
	world := s.seenBy(ref, e)
	world.Schedules = schedules{s, nil}
	var jobs []gate.Job
	for _, edge := range e.expr.Edges() {
		meant := edge.Ref.Resolve(ref)
		if meant.Object() != prerequisite {
			continue
		}
		for _, run := range world.Resolution(meant).Runs {
			if e, ok := s.entries[s.keyOf(lang.Job(prerequisite.Namespace, run.Name))]; ok && run.State == schedule.Present {
				jobs = append(jobs, e.job)
			}
		}
	}
	return jobs
}

func asksExitCodes(expr *lang.Expr) bool {
	for _, check := range expr.Checks() {
		if len(check.Codes) > 0 {
			return true
		}
	}
	return false
}
