package controller

import (
	"context"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// FieldManager is the name under which the gate writes, in managedFields and in
// the record of a release.
const FieldManager = "depctl-gate"

// release sends the one patch that un-suspends a Job, and tells of it.
func (c *Controller) release(ctx context.Context, job gate.Job, decision gate.Decision) error {
	ref := job.Ref()
	patch, err := gate.ReleasePatch(job, gate.NewRelease(job.UID, c.clock.Now(), FieldManager, decision.Reasons))
	if err != nil {
		return err
	}
	patched, err := c.client.BatchV1().Jobs(job.Namespace).Patch(ctx, job.Name, types.JSONPatchType, patch,
		metav1.PatchOptions{FieldManager: FieldManager})
	switch {
	case err == nil:
		c.store.acknowledge(ref, job.UID, patched.ResourceVersion)
		c.refusals.forget(ref)
		c.reporter.report(job, decision)
		klog.FromContext(ctx).Info("Released", "uid", job.UID, "why", decision.Message)
		return nil
	case apierrors.IsNotFound(err):
		return nil // deleted meanwhile; the watch will say so
	case refused(err):
		// The Job is no longer what was decided on. Its watch event brings a
		// new decision, mostly before the next try; the try is for a patch
		// that is refused for what it is.
		if c.refusals.again(ref, err.Error()) {
			c.reporter.report(job, gate.Decision{
				Reason:  ReasonReleaseRefused,
				Message: "the dependencies are met, but the API server refuses the release, trying again: " + err.Error(),
			})
		}
	}
	return fmt.Errorf("patching: %w", err)
}

// refused reports whether the API server refused a patch because of what the
// Job now is: 409, or 422 where a test of the patch failed.
func refused(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsInvalid(err)
}

// refusals remembers the last refusal of each release, so that the same one
// twice is told.
type refusals struct {
	mu   sync.Mutex
	last map[lang.Ref]string
}

func newRefusals() *refusals { return &refusals{last: map[lang.Ref]string{}} }

// again records a refusal and reports whether it is the same as the last.
func (r *refusals) again(ref lang.Ref, message string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	same := r.last[ref] == message
	r.last[ref] = message
	return same
}

func (r *refusals) forget(ref lang.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, ref)
}
