package controller

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// guard adds or removes the finalizer of a prerequisite, where it should.
func (c *Controller) guard(ctx context.Context, ref lang.Ref) error {
	job, guarding, wait := c.store.guarding(ref)
	if wait > 0 {
		c.queue.AddAfter(ref, wait)
	}
	if guarding == gate.KeepGuard || c.observer {
		return nil
	}
	patch, err := gate.GuardPatch(job, guarding)
	if err != nil {
		return err
	}
	err = c.write(ctx, job, types.StrategicMergePatchType, patch, "finalizer")
	if tooLarge(err) {
		klog.FromContext(ctx).Info("The Job is too large for a finalizer, going on without", "uid", job.UID)
		return nil
	}
	return err
}

// A Job that takes no outcomes is not asked for unsavable: one that is too large, or
// one of which the patch was refused mostSaves times in a row, in some 12 s. Fewer may mean that the
// Job has changed and that the watch is late. A webhook that is away (500) comes back,
// and does not count. Meanwhile it is as if the outcomes did not fit: no deletion is
// held for them.
const (
	unsavable = 10 * time.Minute
	mostSaves = 9
)

const outcomesRefused = "the outcomes of Jobs that are gone cannot be kept on this Job: the gate knows them until it restarts, " +
	"and those that are still to go are not held until then; make the Job smaller, or allow the gate to annotate it: %v"

// save writes the outcomes of prerequisites that are gone to a Job that waits.
// Those that kept their finalizer for that can go now: the answer to the patch has them looked at.
func (c *Controller) save(ctx context.Context, ref lang.Ref) error {
	job, seen, wait, unsaved := c.store.unsaved(ref)
	if wait > 0 {
		c.queue.AddAfter(ref, wait)
	}
	if !unsaved || c.observer {
		return nil
	}
	patch, err := gate.SeenPatch(job, seen)
	if err != nil {
		return err
	}
	err = c.write(ctx, job, types.JSONPatchType, patch, "outcomes of prerequisites")
	switch {
	case err == nil:
		c.unsaved.forget(ref)
		c.store.saved(ref, job.UID)
	case tooLarge(err), c.unsaved.count(ref, err) >= mostSaves && (apierrors.IsForbidden(err) || apierrors.IsInvalid(err)):
		klog.FromContext(ctx).Info("The Job takes no outcomes of prerequisites, they stay with the gate alone", "uid", job.UID, "refusal", err.Error())
		c.reporter.Report(job, gate.Decision{Reason: gate.ReasonProblem, Message: fmt.Sprintf(outcomesRefused, err)})
		c.unsaved.forget(ref)
		c.store.takesNone(ref, job.UID)
		c.queue.AddAfter(ref, unsavable)
		for prerequisite := range seen {
			c.queue.Add(prerequisite)
		}
	default:
		return err
	}
	return nil
}

// pause notes how long a Job that waits was on hold.
func (c *Controller) pause(ctx context.Context, job gate.Job) error {
	noted, news := gate.Pausing(job, c.clock.Now())
	if !news || !job.Waits() || c.observer {
		return nil
	}
	patch, err := gate.PausePatch(job, noted)
	if err != nil {
		return err
	}
	return c.write(ctx, job, types.JSONPatchType, patch, "length of the hold")
}

// write sends a patch that is not the last word on a Job.
func (c *Controller) write(ctx context.Context, job gate.Job, kind types.PatchType, patch []byte, what string) error {
	patched, err := c.patch(ctx, job, kind, patch)
	switch {
	case apierrors.IsNotFound(err):
		return nil // deleted meanwhile; the watch will say so
	case err != nil:
		return fmt.Errorf("writing the %s: %w", what, err)
	}
	c.store.answered(patched)
	klog.FromContext(ctx).Info("Wrote", "what", what, "uid", job.UID)
	return nil
}
