package controller

import (
	"context"
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// What is in this file finds where the prerequisites of a Job ran that goes near them. Their
// pods are read once, as soon as they are over, and what they say is kept with the outcome.

const (
	// enoughPods is how many pods of one Job are read at most, and enoughJobs of how many
	// prerequisites it is read: a Job goes near 16 places.
	enoughPods = 5 * podPage
	enoughJobs = 64
	// nearPatience is how long a release waits at most to know where it may go.
	nearPatience = 5 * time.Second
)

// nearness is what is known of where the prerequisites of a Job ran.
type nearness struct {
	places []gate.Place
	// unread are those of whose pods nobody has read that, and unsure says that a right to
	// know it is still asked for.
	unread []gate.Job
	unsure bool
	// far is why something is missing that will not come.
	far string
}

// nearness returns what is known of where the prerequisites of a Job ran. It is nothing if
// the Job does not ask for it.
func (s *store) nearness(ref lang.Ref) (n nearness) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[ref]
	if !ok || e.expr == nil || !e.job.GoesNear() || !e.job.Waits() || e.job.Released {
		return n
	}
	known := map[string]bool{} // by the UID of the Job
	for _, prerequisite := range s.graph.Prerequisites(ref) {
		for _, other := range s.jobsOf(ref, e, prerequisite) {
			if !other.RanSomewhere() || !s.mayGoNear(ref, e, prerequisite, &n) {
				continue
			}
			one := s.entries[other.Ref()]
			if one.ran == nil && len(known) < enoughJobs {
				n.unread = append(n.unread, other)
			}
			if ran := one.places(); len(ran) > 0 {
				known[string(other.UID)] = true
				n.places = append(n.places, ran...)
			}
		}
	}
	for _, gone := range slices.SortedFunc(maps.Keys(e.seen), func(a, b lang.Ref) int { return a.Compare(b) }) {
		if seen := e.seen[gone]; len(seen.Ran) > 0 && !known[seen.Object.UID] && s.mayGoNear(ref, e, gone, &n) {
			n.places = append(n.places, seen.Ran...)
		}
	}
	n.unread = n.unread[:max(0, min(len(n.unread), enoughJobs-len(known)))]
	return n
}

// places returns where the pods of a Job ran, as far as is known.
func (e entry) places() []gate.Place {
	if len(e.ran) > 0 {
		return e.ran
	}
	return e.watched.List()
}

// goers returns how many Jobs an entry adds to those that wait and go near.
func (e entry) goers() int {
	if e.job.Waits() && e.job.GoesNear() {
		return 1
	}
	return 0
}

// nearWanted reports whether a Job that waits goes near another.
func (s *store) nearWanted(ref lang.Ref) bool {
	return s.goers > 0 && slices.ContainsFunc(s.graph.Dependents(ref), func(dependent lang.Ref) bool {
		e, ok := s.entries[dependent]
		return ok && dependent != ref && e.job.Waits() && e.job.GoesNear() && s.mayLook(dependent, e, ref) != gate.Denied
	})
}

// nearAwaited is nearWanted with the lock.
func (s *store) nearAwaited(ref lang.Ref) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.nearWanted(ref)
}

// sees takes in where a pod ran that has just succeeded.
func (s *store) sees(e entry, pod *corev1.Pod) {
	if ref := e.job.Ref(); s.nearWanted(ref) {
		e.watched.Add(e.job, pod)
		s.entries[ref] = e
	}
}

// mayGoNear reports whether a Job may know where another ran, and notes why not.
func (s *store) mayGoNear(ref lang.Ref, e entry, of lang.Ref, n *nearness) bool {
	if s.mayLook(ref, e, of) != gate.Allowed {
		return false // the release does not go by it
	}
	switch answer := s.mayLearn(ref, e, of); answer {
	case gate.Allowed:
		return true
	case gate.Unasked:
		n.unsure = true
	default:
		n.far = e.job.ReadsPods(of.Namespace).Refusal(answer)
	}
	return false
}

// near returns where a Job that is released goes, or after how long to try again. waited is
// how long it could have been released already.
func (c *Controller) near(ctx context.Context, job gate.Job, waited time.Duration) (n nearness, again time.Duration) {
	far := c.learnPlaces(ctx, job.Ref())
	n = c.store.nearness(job.Ref())
	switch {
	case n.unsure && waited < nearPatience:
		return n, time.Second // the answer brings it back before that
	case far != nil:
		n.far = far.Error()
	case n.unsure:
		n.far = "it is not known whether the Job may know where its prerequisites ran"
	}
	return n, 0
}

// learnPlaces reads where the prerequisites of a Job ran that are over, if it goes near them.
// What cannot be read holds nobody.
func (c *Controller) learnPlaces(ctx context.Context, ref lang.Ref) (failed error) {
	for _, job := range c.store.nearness(ref).unread {
		places, err := c.places(ctx, job)
		if err != nil {
			klog.FromContext(ctx).Info("Where a Job ran is not known", "prerequisite", job.Identity(), "error", err.Error())
			return err
		}
		c.store.learnPlaces(job, places)
	}
	return nil
}

// places reads where the pods of a Job ran: those that have succeeded, or all if it has failed.
func (c *Controller) places(ctx context.Context, job gate.Job) (gate.Places, error) {
	ctx, cancel := context.WithTimeout(ctx, nearPatience)
	defer cancel()
	var places gate.Places
	options := metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID), Limit: podPage}
	if job.Outcome() == lang.Succeeded {
		options.FieldSelector = "status.phase=Succeeded"
	}
	for range enoughPods / podPage {
		page, err := c.client.CoreV1().Pods(job.Namespace).List(ctx, options)
		if err != nil {
			return places, err
		}
		for i := range page.Items {
			places.Add(job, &page.Items[i])
		}
		if options.Continue = page.Continue; options.Continue == "" {
			break
		}
	}
	return places, nil
}

// learnPlaces takes in where the pods of a Job ran.
func (s *store) learnPlaces(job gate.Job, places gate.Places) {
	s.change(func() []lang.Ref {
		e, ok := s.owned(job.Owner())
		if !ok || e.ran != nil {
			return nil
		}
		e.ran = places.List()
		ref, old := e.job.Ref(), e.weight
		e.weight.bytes += weighPlaces(e.ran)
		s.budget.change(ref.Namespace, old, e.weight)
		s.entries[ref] = e
		return s.propagateOutcome(ref, e.job)
	})
}
