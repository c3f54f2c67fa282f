package cause

import (
	"cmp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
)

// unspoken is how long a pod may be there before a scheduler has spoken of it.
const unspoken = time.Minute

// ofPod returns why a pod does not run, or has failed.
func ofPod(f Facts, pod *corev1.Pod) (Cause, bool) {
	c := Cause{rank: ofAPod, Pods: 1, Pod: pod.Name, at: pod.CreationTimestamp.Time}
	if pod.Status.Phase == corev1.PodSucceeded {
		return c, false
	}
	rules := []func(*Cause, Facts, *corev1.Pod) bool{ended, disrupted, failed, scheduling, starting, unmounted}
	if pod.DeletionTimestamp != nil {
		rules = rules[:3] // that it does not start is no trouble any more
	}
	for _, rule := range rules {
		if rule(&c, f, pod) {
			return c, true
		}
	}
	return c, false
}

// ended is a pod that was ended from outside, or refused by the kubelet, which says so: Evicted,
// NodeLost, OutOfcpu, DeadlineExceeded.
func ended(c *Cause, _ Facts, pod *corev1.Pod) bool {
	if pod.Status.Phase != corev1.PodFailed || pod.Status.Reason == "" {
		return false
	}
	c.Reason, c.Message = pod.Status.Reason, oneLine(pod.Status.Message)
	c.words = withoutNumbers(c.Message)
	return true
}

// disrupted is a pod that had to go: preempted, evicted, or on a node that is lost.
func disrupted(c *Cause, _ Facts, pod *corev1.Pod) bool {
	condition := conditionOf(pod, corev1.DisruptionTarget)
	if condition == nil || condition.Status != corev1.ConditionTrue {
		return false
	}
	c.Reason, c.Message = condition.Reason, oneLine(condition.Message)
	c.words = withoutNumbers(c.Message)
	return true
}

// failed is a pod that has ended by itself.
func failed(c *Cause, _ Facts, pod *corev1.Pod) bool {
	if pod.Status.Phase != corev1.PodFailed {
		return false
	}
	if !c.exit(firstFailed(pod, false)) {
		c.Reason, c.Message = "PodFailed", oneLine(pod.Status.Message)
		c.words = c.Message
	}
	return true
}

// scheduling is a pod that has no node. What waits for our gate is no trouble: the gate says why.
func scheduling(c *Cause, f Facts, pod *corev1.Pod) bool {
	condition := conditionOf(pod, corev1.PodScheduled)
	ours := slices.ContainsFunc(pod.Spec.SchedulingGates, func(g corev1.PodSchedulingGate) bool { return g.Name == gate.SchedulingGate })
	switch {
	case pod.Spec.NodeName != "" || ours:
		return false
	case condition != nil && condition.Status != corev1.ConditionTrue:
		c.Reason, c.Message = cmp.Or(condition.Reason, ReasonUnschedulable), oneLine(condition.Message)
		c.words = withoutNumbers(c.Message)
		if c.Reason == corev1.PodReasonSchedulingGated {
			var names []string
			for _, g := range pod.Spec.SchedulingGates {
				names = append(names, g.Name)
			}
			c.Message += " (" + strings.Join(names, ", ") + ")"
		}
	case condition == nil && !pod.CreationTimestamp.IsZero() && f.Now.Sub(pod.CreationTimestamp.Time) > unspoken:
		c.Reason = ReasonNoScheduler
		c.Message = "no scheduler has spoken of it; spec.schedulerName is " + cmp.Or(pod.Spec.SchedulerName, corev1.DefaultSchedulerName)
		c.words = c.Message
	default:
		return false
	}
	return true
}

// unmounted is a pod whose containers wait for something that only events tell: a volume, a network.
func unmounted(c *Cause, f Facts, pod *corev1.Pod) bool {
	if pod.Status.Phase == corev1.PodRunning {
		return false
	}
	last := latest(f.Events, func(e *corev1.Event) bool {
		return e.InvolvedObject.UID == pod.UID && e.Type == corev1.EventTypeWarning && e.Reason != "FailedScheduling"
	})
	if last == nil {
		return false
	}
	c.Reason, c.Message = last.Reason, oneLine(last.Message)
	c.words = strings.ReplaceAll(strings.ReplaceAll(c.Message, pod.Name, ""), string(pod.UID), "")
	return true
}

func conditionOf(pod *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == kind {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}

// latest returns the last of some events.
func latest(events []corev1.Event, which func(*corev1.Event) bool) *corev1.Event {
	var last *corev1.Event
	for i := range events {
		if e := &events[i]; which(e) && (last == nil || cmp.Or(timeOf(e).Compare(timeOf(last)), cmp.Compare(e.Name, last.Name)) > 0) {
			last = e
		}
	}
	return last
}

// timeOf is when an event happened last. Each of the two APIs of events keeps it elsewhere.
func timeOf(e *corev1.Event) time.Time {
	at := e.CreationTimestamp.Time
	for _, other := range []time.Time{e.FirstTimestamp.Time, e.LastTimestamp.Time, e.EventTime.Time} {
		if other.After(at) {
			at = other
		}
	}
	if e.Series != nil && e.Series.LastObservedTime.After(at) {
		at = e.Series.LastObservedTime.Time
	}
	return at
}
