package controller

import (
	"context"
	"fmt"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
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
func (c *Controller) release(ctx context.Context, job gate.Job, d gate.Decision) error {
	patch, err := gate.ReleasePatch(job, gate.NewRelease(job.UID, c.clock.Now(), FieldManager, d.Reasons))
	if err != nil {
		return err
	}
	patched, err := c.client.BatchV1().Jobs(job.Namespace).Patch(ctx, job.Name, types.JSONPatchType, patch,
		metav1.PatchOptions{FieldManager: FieldManager})
	return c.settle(ctx, job, d, patched, err)
}

// fail sends the one patch that makes the Job controller fail a Job.
func (c *Controller) fail(ctx context.Context, job gate.Job, d gate.Decision) error {
	patch, err := gate.FailPatch(job, d, c.clock.Now())
	if err != nil {
		return err
	}
	patched, err := c.client.BatchV1().Jobs(job.Namespace).Patch(ctx, job.Name, types.StrategicMergePatchType, patch,
		metav1.PatchOptions{FieldManager: FieldManager}, "status")
	return c.settle(ctx, job, d, patched, err)
}

// settle takes in the answer to a patch. It returns an error where another try
// can help.
func (c *Controller) settle(ctx context.Context, job gate.Job, d gate.Decision, patched *batchv1.Job, err error) error {
	ref := job.Ref()
	switch {
	case err == nil:
		c.store.answered(patched)
		c.refusals.forget(ref)
		c.reporter.report(job, d)
		klog.FromContext(ctx).Info("Patched", "action", d.Action, "reason", d.Reason, "uid", job.UID, "why", d.Message)
		return nil
	case apierrors.IsNotFound(err):
		return nil // deleted meanwhile; the watch will say so
	case refused(err), apierrors.IsForbidden(err):
		// The Job is no longer what was decided on. Its watch event brings a
		// new decision, mostly before the next try; the try is for a patch
		// that is refused for what it is. 403 is how admission webhooks refuse,
		// and RBAC: nothing of that mends itself unless people know.
		if c.refusals.again(ref, err.Error()) && !apierrors.IsConflict(err) {
			c.reporter.report(job, gate.Decision{
				Reason:  ReasonPatchRefused,
				Message: fmt.Sprintf("the API server refuses to %s this Job, trying again: %v", d.Action, err),
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

// refusals remembers the last refusal of each Job's patch, so that the same one
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
