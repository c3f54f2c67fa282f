package controller

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/metrics"
	"depctl.dev/lang"
)

// nudge has the Job controller look at a Job whose last pod has succeeded and for
// which somebody waits.
func (c *Controller) nudge(ctx context.Context, ref lang.Ref) error {
	if !c.nudges {
		return nil
	}
	job, wanted := c.store.nudging(ref)
	if !c.nudged.isDue(job, wanted, c.clock.Now()) {
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
	if !job.Nudging.Again {
		c.nudged.add(job, c.clock.Now())
		c.queue.AddAfter(ref, gate.SecondNudge)
	}
	metrics.NudgesTotal.Inc()
	klog.FromContext(ctx).V(2).Info("Nudged", "uid", job.UID)
	c.store.answered(patched)
	return nil
}

// nudged are the Jobs that were nudged once, and when, until it is known whether that has helped. A gate
// that starts knows of none, and nudges none of them again.
type nudged struct {
	mu sync.Mutex
	at map[types.UID]time.Time
}

func (n *nudged) add(job gate.Job, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.at == nil {
		n.at = map[types.UID]time.Time{}
	}
	n.at[job.UID] = now
}

// isDue reports whether a Job is to be nudged now, and forgets one that is, or that needs no nudge any more.
func (n *nudged) isDue(job gate.Job, wanted bool, now time.Time) bool {
	if wanted && !job.Nudging.Again {
		return true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	at, known := n.at[job.UID]
	if wanted && (!known || now.Sub(at) < gate.SecondNudge) {
		return false
	}
	delete(n.at, job.UID)
	return wanted
}

// nudging returns a Job and whether to nudge it: it is only worth it when nothing but
// such Jobs keeps somebody waiting.
func (s *store) nudging(ref lang.Ref) (gate.Job, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e := s.entries[ref]
	return e.job, s.spent(e.job) && gate.Nudge(e.job, s.clock.Now()) &&
		s.awaitedByWhomMaySee(ref, s.graph.WouldUnblock)
}

// soonAwaited reports whether somebody waits for a Job, and for few others, who may see
// it.
func (s *store) soonAwaited(ref lang.Ref) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.awaitedByWhomMaySee(ref, s.graph.Few)
}

// awaitedByWhomMaySee reports whether somebody waits for a Job who may see it, and of
// whom is true what is asked, if anything is.
func (s *store) awaitedByWhomMaySee(ref lang.Ref, is func(lang.Ref) bool) bool {
	return slices.ContainsFunc(s.graph.Dependents(ref), func(dependent lang.Ref) bool {
		e, ok := s.entries[dependent]
		return ok && dependent != ref && e.job.Waits() && (is == nil || is(dependent)) && s.mayLook(dependent, e, ref) == gate.Allowed
	})
}
