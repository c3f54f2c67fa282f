package controller

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/metrics"
)

// FieldManager is the name under which the gate writes, in managedFields and in
// the record of a release.
const FieldManager = gate.ByGate

// release sends the one patch that un-suspends a Job, and tells of it. since is
// when that became possible.
func (c *Controller) release(ctx context.Context, job gate.Job, d gate.Decision, since time.Time) error {
	near, again := c.near(ctx, job, c.stopwatch.Clock.Since(since))
	if again > 0 {
		c.stopwatch.Start(job.Ref(), since)
		c.queue.AddAfter(job.Ref(), again)
		return nil
	}
	metrics.DecisionLatency.Observe(c.stopwatch.Clock.Since(since).Seconds())
	how := gate.ReleaseOptions{PerElement: d.PerElement, Awaited: c.nudges && job.WorthAwaiting() && c.store.soonAwaited(job.Ref())}
	how.Awaited = how.Awaited || c.store.resultAwaited(job) || c.watchesSuccess() && c.store.nearAwaited(job.Ref())
	how.Near = near.places
	how.Results, how.Rank, how.RankPods = d.Results, c.store.rank(job.Ref()), c.ranksPods
	record := gate.NewRelease(job, c.clock.Now(), FieldManager, d.Reasons)
	record.Handler, record.Far = d.Handler, gate.Far(near.far)
	if job.Uses.Said {
		record.Leader = c.identity
	}
	patched, err := c.sendRelease(ctx, job, record, how)
	if len(how.Near) > 0 && lasting(err) && ctx.Err() == nil {
		// A wish is not worth a Job that is stuck, whoever refuses it.
		far := gate.Far("the API server refuses it: " + err.Error())
		how.Near, record.Far = nil, far
		patched, err = c.sendRelease(ctx, job, record, how)
	}
	if how.RankPods && lasting(err) && ctx.Err() == nil {
		how.RankPods = false // nor is a place in a queue, as where the policies are of an older gate
		patched, err = c.sendRelease(ctx, job, record, how)
	}
	if how.Awaited && apierrors.IsInvalid(err) && ctx.Err() == nil {
		// A label is not worth a Job that is stuck: there are moments at which a Job
		// can be released and its template cannot be changed.
		how.Awaited = false
		patched, err = c.sendRelease(ctx, job, record, how)
	}
	if err == nil {
		if len(how.Near) > 0 {
			d.Message += "; near " + job.NearWords(how.Near)
		}
		d.Message += gate.FarWords(record.Far)
		metrics.ReleasedTotal.Inc()
		metrics.ReleaseLatency.Observe(c.stopwatch.Clock.Since(since).Seconds())
	} else {
		c.stopwatch.Start(job.Ref(), since)
		if lasting(err) && c.store.limits.gave(job.UID) {
			err = errors.Join(err, c.takeBack(ctx, job))
		}
	}
	return c.settle(ctx, job, d, patched, err)
}

func (c *Controller) sendRelease(ctx context.Context, job gate.Job, record gate.Release, how gate.ReleaseOptions) (runtime.Object, error) {
	patch, err := gate.ReleasePatch(job, record, how)
	if err != nil {
		return nil, err
	}
	return c.patch(ctx, job, types.JSONPatchType, patch)
}

// fail sends the one patch that makes the Job controller fail a Job.
func (c *Controller) fail(ctx context.Context, job gate.Job, d gate.Decision) error {
	patch, err := gate.FailPatch(job, d, c.clock.Now())
	if err != nil {
		return err
	}
	patched, err := c.patch(ctx, job, types.StrategicMergePatchType, patch, "status")
	if err == nil {
		metrics.FailedTotal.WithLabelValues(d.Reason).Inc()
	}
	return c.settle(ctx, job, d, patched, err)
}

// patch sends a patch of a Job, or of a subresource of it.
func (c *Controller) patch(ctx context.Context, job gate.Job, kind types.PatchType, patch []byte, subresource ...string) (runtime.Object, error) {
	return writer{c.client.BatchV1(), c.dynamic}.patch(ctx, job, kind, patch, subresource...)
}

// settle takes in the answer to a patch. It returns an error where another try
// can help.
func (c *Controller) settle(ctx context.Context, job gate.Job, d gate.Decision, patched runtime.Object, err error) error {
	ref := job.Ref()
	switch {
	case err == nil:
		c.store.answered(patched)
		c.refusals.forget(ref)
		c.reporter.Report(job, d)
		klog.FromContext(ctx).Info(done[d.Action]+" "+job.Noun(), "uid", job.UID, "action", d.Action, "reason", d.Reason, "message", d.Message)
		return nil
	case apierrors.IsNotFound(err):
		return nil // deleted meanwhile; the watch will say so
	case refused(err), lasting(err):
		metrics.PatchRefusals.WithLabelValues(d.Action.String()).Inc()
		// The Job may no longer be what was decided on. Its watch event brings a
		// new decision, mostly before the next try; the try is for a patch
		// that is refused for what it is.
		if !apierrors.IsConflict(err) && c.refusals.count(ref, err) == 2 { // more are no news
			message := fmt.Sprintf("the API server refuses to %s this %s, trying again: %v", d.Action, job.Noun(), err)
			c.reporter.Report(job, gate.Decision{Reason: gate.ReasonPatchRefused, Message: message})
			job.Refused = c.store.jobRefused(job, message)
			c.conditions.note(job, d)
		}
	}
	return fmt.Errorf("patching: %w", err)
}

// done are the words of the log for what was done.
var done = map[gate.Action]string{gate.Releasing: "Released", gate.Failing: "Failed"}
