package controller

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// nudge has the Job controller look at a Job whose last pod has succeeded and for
// which somebody waits.
func (c *Controller) nudge(ctx context.Context, ref lang.Ref) error {
	if !c.nudges {
		return nil
	}
	job, wanted := c.store.nudging(ref)
	if !wanted {
		return nil
	}
	patch, err := gate.NudgePatch(job)
	if err != nil {
		return err
	}
	patched, err := c.patch(ctx, job, types.MergePatchType, patch)
	switch {
	case apierrors.IsNotFound(err), apierrors.IsConflict(err):
		return nil // its watch event brings another look, if it is of use still
	case err != nil:
		return fmt.Errorf("nudging: %w", err)
	}
	nudgesTotal.Inc()
	klog.FromContext(ctx).V(2).Info("Nudged", "uid", job.UID)
	c.store.answered(patched)
	return nil
}

// nudging returns a Job and whether to nudge it.
func (s *store) nudging(ref lang.Ref) (gate.Job, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[ref]
	if !ok {
		return gate.Job{}, false
	}
	pods := s.pods.of[e.job.UID]
	return e.job, len(pods) > 0 && gate.Nudge(e.job, pods, s.clock.Now()) && s.awaitedByWhomMaySee(ref)
}

// awaited reports whether somebody waits for a Job who may see it.
func (s *store) awaited(ref lang.Ref) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.awaitedByWhomMaySee(ref)
}

func (s *store) awaitedByWhomMaySee(ref lang.Ref) bool {
	return slices.ContainsFunc(s.graph.Dependents(ref), func(dependent lang.Ref) bool {
		e, ok := s.entries[dependent]
		return ok && dependent != ref && e.job.Waits() && s.seenBy(dependent, e).Sees(ref)
	})
}
