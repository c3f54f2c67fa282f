package controller

import (
	"context"
	"errors"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// What is in this file reads the results of Jobs from their pods, and lets those pods go
// that were kept for it. A result is read when its pod succeeds, where somebody asks for it
// or the Job keeps it, and otherwise from the pods that there are when somebody asks.

// learnResults reads the results that a Job asks for, from the pods of prerequisites that
// have succeeded.
func (c *Controller) learnResults(ctx context.Context, ref lang.Ref) error {
	if c.store.noResults {
		return nil
	}
	var failed []error
	for _, job := range c.store.unreadResults(ref) {
		result, err := c.readResult(ctx, job)
		if err != nil {
			failed = append(failed, fmt.Errorf("reading the result of %s: %w", job.Identity(), err))
			continue
		}
		c.store.learnResult(job, result)
	}
	return errors.Join(failed...)
}

// readResult reads the result of a Job from its pods.
func (c *Controller) readResult(ctx context.Context, job gate.Job) (gate.Result, error) {
	var result gate.Result
	options := metav1.ListOptions{
		LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID), FieldSelector: "status.phase=Succeeded", Limit: podPage,
	}
	if !job.MayHaveResult() {
		return result, nil
	}
	for {
		page, err := c.client.CoreV1().Pods(job.Namespace).List(ctx, options)
		if err != nil {
			return result, err
		}
		for i := range page.Items {
			result.Add(job, &page.Items[i])
		}
		if options.Continue = page.Continue; options.Continue == "" {
			return result, nil
		}
	}
}

// unreadResults returns the Jobs that have succeeded for whose results a Job asks, and
// nobody has looked.
func (s *store) unreadResults(ref lang.Ref) []gate.Job {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[ref]
	if !ok || !e.job.Waits() || e.job.Released {
		return nil
	}
	var unread []gate.Job
	for _, prerequisite := range s.graph.Prerequisites(ref) {
		other, ok := s.entries[prerequisite]
		if ok && other.job.Outcome() == lang.Succeeded && other.job.Object.Result == nil && s.asksResult(ref, e, prerequisite) &&
			s.mayLearn(ref, e, prerequisite) == gate.Allowed {
			unread = append(unread, other.job)
		}
	}
	return unread
}

// asksResult reports whether a Job asks for the result of another. It is called with the
// store's lock.
func (s *store) asksResult(ref lang.Ref, e entry, prerequisite lang.Ref) bool {
	return ref != prerequisite && !s.noResults && e.asksResult && e.job.WantsResult(e.expr, prerequisite)
}

// mayLearn returns whether a Job may learn the result of another, as far as is known.
func (s *store) mayLearn(ref lang.Ref, e entry, of lang.Ref) gate.Answer {
	answer := s.mayLook(ref, e, of)
	if answer != gate.Allowed || ref.Namespace == of.Namespace {
		return answer
	}
	return s.access.Answer(ref, e.job.ReadsPods(of.Namespace))
}

// learnResult takes in the result of a Job that has succeeded, of which these were all pods.
func (s *store) learnResult(job gate.Job, result gate.Result) {
	s.change(func() []lang.Ref {
		e, ok := s.owned(job.Owner())
		if !ok || e.job.Object.Result != nil {
			return nil
		}
		known := *e.job.Object
		known.Result = result.Of(job)
		e.job.Object = &known
		return s.putResult(e)
	})
}

// tells takes in what a pod tells of the result of its Job, if anybody is to know.
func (s *store) tells(e entry, pod *corev1.Pod) []lang.Ref {
	if s.noResults || e.job.Outcome() == lang.Succeeded && e.job.Object.Result != nil || !e.job.MayHaveResult() ||
		!e.job.KeepsResult && !s.resultWanted(e.job.Ref()) {
		return nil
	}
	var result gate.Result
	result.Add(e.job, pod)
	if result = e.result.Or(result); !result.Known() || result == e.result {
		return nil
	}
	e.result = result
	e.job.Object = e.result.In(e.job.Object)
	return s.putResult(e)
}

// putResult puts a Job whose result is known now.
func (s *store) putResult(e entry) []lang.Ref {
	ref := e.job.Ref()
	affected := append(s.put(ref, e), ref)
	for _, dependent := range s.waiters(ref) { // the graph knows nothing of what only pods are given
		if s.asksResult(dependent, s.entries[dependent], ref) {
			affected = append(affected, dependent)
		}
	}
	return append(affected, s.propagateOutcome(ref, e.job)...)
}

// resultWanted reports whether a Job that waits asks for the result of another.
func (s *store) resultWanted(ref lang.Ref) bool {
	return !s.noResults && slices.ContainsFunc(s.graph.Dependents(ref), func(dependent lang.Ref) bool {
		e, ok := s.entries[dependent]
		return ok && e.job.Waits() && s.asksResult(dependent, e, ref) && s.mayLook(dependent, e, ref) != gate.Denied
	})
}

// resultAwaited is resultWanted with the lock.
func (s *store) resultAwaited(job gate.Job) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return job.MayHaveResult() && s.resultWanted(job.Ref())
}

// resultOwed reports whether the result of a Job is still to be written to one that waits
// for it.
func (s *store) resultOwed(job gate.Job) bool {
	ref := job.Ref()
	return slices.ContainsFunc(s.waiters(ref), func(waiter lang.Ref) bool {
		e := s.entries[waiter]
		return s.asksResult(waiter, e, ref) && s.mayLearn(waiter, e, ref) != gate.Denied && s.owes(waiter, e, ref, job)
	})
}

// freeing returns the pods of a Job that were kept for its result and may go.
func (s *store) freeing(ref lang.Ref) []gate.KeptPod {
	s.mu.RLock()
	defer s.mu.RUnlock()
	identity := ref
	e, there := s.entries[ref]
	if there {
		identity = e.job.Identity()
	}
	var free []gate.KeptPod
	for _, pod := range s.keptPods[identity] {
		there := there && e.job.Owner() == pod.Owner
		if s.scope.Has(identity.Namespace) && pod.Lets(e.job, there, there && s.resultOwed(e.job)) {
			free = append(free, pod)
		}
	}
	return free
}

// keptUnread returns a Job that has succeeded and of which pods are kept for a result that
// nobody has read, as they came before the Job was known.
func (s *store) keptUnread(ref lang.Ref) (gate.Job, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, there := s.entries[ref]
	return e.job, there && e.job.Outcome() == lang.Succeeded && e.job.Object.Result == nil && e.job.MayHaveResult() &&
		slices.ContainsFunc(s.keptPods[e.job.Identity()], func(p gate.KeptPod) bool { return p.Owner == e.job.Owner() })
}

// free lets the pods go that were kept for the result of a Job, where it is known.
func (c *Controller) free(ctx context.Context, ref lang.Ref) error {
	if c.store.noResults || c.observer {
		return nil
	}
	var failed []error
	if job, unread := c.store.keptUnread(ref); unread {
		result, err := c.readResult(ctx, job)
		if err != nil {
			return fmt.Errorf("reading the result that pods are kept for: %w", err)
		}
		c.store.learnResult(job, result)
	}
	for _, pod := range c.store.freeing(ref) {
		patch, err := gate.FreePodPatch(pod)
		if err == nil {
			_, err = c.client.CoreV1().Pods(pod.Owner.Job.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch,
				metav1.PatchOptions{FieldManager: FieldManager})
		}
		if err != nil && !apierrors.IsNotFound(err) {
			failed = append(failed, fmt.Errorf("taking finalizer %s from pod %s: %w", gate.ResultFinalizer, pod.Name, err))
			continue
		}
		klog.FromContext(ctx).V(2).Info("Let a pod go", "pod", pod.Name)
		c.store.freed(pod)
	}
	return errors.Join(failed...)
}

// freed notes that a pod does not carry the finalizer any more.
func (s *store) freed(pod gate.KeptPod) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropKept(pod.Owner.Job, pod.Name)
}

func (s *store) dropKept(identity lang.Ref, name string) {
	list := slices.DeleteFunc(slices.Clone(s.keptPods[identity]), func(p gate.KeptPod) bool { return p.Name == name })
	if len(list) == 0 {
		delete(s.keptPods, identity)
		return
	}
	s.keptPods[identity] = list
}
