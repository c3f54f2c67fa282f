package controller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/metrics"
	"depctl.dev/lang"
)

func (c *Controller) work(ctx context.Context) {
	for {
		ref, shutdown := c.queue.Get()
		if shutdown || ctx.Err() != nil {
			return
		}
		logger := klog.FromContext(ctx).WithValues("job", klog.KRef(ref.Namespace, ref.Name))
		switch err := c.sync(klog.NewContext(ctx, logger), ref); {
		case err == nil:
			c.queue.Forget(ref)
		case refused(err):
			logger.Info("The Job changed while it was decided, deciding again", "refusal", err.Error())
			c.queue.AddRateLimited(ref)
		default:
			logger.Error(err, "Job was not patched, trying again")
			c.queue.AddRateLimited(ref)
		}
		c.queue.Done(ref)
	}
}

// sync does what is to be done about one Job: as a prerequisite, and as one that
// waits. It returns an error only for what another try can fix.
//
// What is to be guarded is not released before it is: it might run, end and be
// cleaned away by the next try. Where the API server will not have the finalizer
// at all, the Job goes on without.
func (c *Controller) sync(ctx context.Context, ref lang.Ref) error {
	if ref.Kind == lang.KindCronJob {
		return c.keep(ctx, ref)
	}
	guarded := c.guard(ctx, ref)
	if guarded != nil && !apierrors.IsForbidden(guarded) && !apierrors.IsInvalid(guarded) {
		return guarded
	}
	return errors.Join(guarded, c.nudge(ctx, ref), c.free(ctx, ref), c.decide(ctx, ref))
}

// decide decides about one Job and does it.
func (c *Controller) decide(ctx context.Context, ref lang.Ref) error {
	now := c.stopwatch.Clock.Now()
	if wait := c.share.Begin(ref.Namespace, now); wait > 0 {
		c.queue.AddAfter(ref, wait)
		return nil
	}
	if c.store.toRead(ref) {
		return c.reread(ctx, ref)
	}
	since := c.stopwatch.Take(ref)
	job, decision, exists := c.store.decide(ref)
	c.share.End(ref.Namespace, c.stopwatch.Clock.Since(now), c.stopwatch.Clock.Now())
	if !exists {
		c.reporter.Forget(ref)
		c.refusals.forget(ref)
		c.unsaved.forget(ref)
		c.gauge.Forget(ref)
		return nil
	}
	metrics.DecisionsTotal.WithLabelValues(decision.Action.String(), decision.Reason).Inc()
	c.gauge.Note(job, decision)
	klog.FromContext(ctx).V(2).Info("Decided", "uid", job.UID, "action", decision.Action,
		"reason", decision.Reason, "message", decision.Message)
	if c.observer {
		decision = observed(decision)
	} else {
		next := c.store.follow(job, decision)
		c.decideAll(next)
		if slices.Contains(next, ref) && decision.Action != gate.Opening { // it has its tokens by now: nothing is to be told of it before
			c.stopwatch.Start(ref, since)
			return nil
		}
	}
	switch decision.Action {
	case gate.Releasing:
		return c.release(ctx, job, decision, since)
	case gate.Failing:
		return c.fail(ctx, job, decision)
	}
	opened := errors.Join(c.lookAtRelease(ctx, job, decision), c.lookAtElements(ctx, job, decision.Elements))
	if decision.Action == gate.Opening {
		opened = errors.Join(opened, c.open(ctx, job, decision))
	}
	if !decision.Next.IsZero() {
		after := decision.Next.Sub(c.clock.Now())
		c.stopwatch.Start(ref, c.stopwatch.Clock.Now().Add(after))
		c.queue.AddAfter(ref, after)
	}
	c.refusals.forget(ref)
	if decision.Action != gate.Opening { // open told what there is to tell
		c.reporter.Report(job, decision)
	}
	c.conditions.note(job, decision)
	c.learnPlaces(ctx, ref) // before what is known of them is saved
	return errors.Join(opened, c.save(ctx, ref), c.pause(ctx, job), c.learn(ctx, ref, decision), c.learnResults(ctx, ref))
}

// reread reads the text of a Job, which is not kept, where share.Begin has let it.
func (c *Controller) reread(ctx context.Context, ref lang.Ref) error {
	var took time.Duration
	defer func() { c.share.End(ref.Namespace, took, c.stopwatch.Clock.Now()) }()
	job, err := c.readHeld(ctx, ref, c.store.nameOf(ref))
	if err != nil {
		return fmt.Errorf("reading it again: %w", err)
	}
	since := c.stopwatch.Clock.Now()
	if job != nil { // else it is gone: the watch will say so
		c.store.reread(job)
	}
	took = c.stopwatch.Clock.Since(since)
	return nil
}
