package imitation

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/cause"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// look sees how the elements of a Job stand.
type look struct {
	job               *Job
	completed, failed lang.Indexes
	// over is the condition that says that the Job has ended, or that it is settled how
	// it will; nil if it is not. began reports whether it ever ran.
	over  *batchv1.JobCondition
	began bool
	why   Why
	// cancelled are the elements that a person has ended.
	cancelled lang.Indexes
}

// The signals that end a container, as they are in exit codes above 128.
const (
	signalBase = 128
	signalLast = 64
)

func newLook(j *Job) *look {
	l := &look{job: j, why: whyWaiting(&j.facts)}
	l.completed, _ = lang.ParseIndexes(j.Full.Status.CompletedIndexes)
	if j.Full.Status.FailedIndexes != nil {
		l.failed, _ = lang.ParseIndexes(*j.Full.Status.FailedIndexes)
	}
	l.cancelled, _ = lang.ParseIndexes(j.Full.Annotations[cancelledAnnotation])
	for i := range j.Full.Status.Conditions {
		c := &j.Full.Status.Conditions[i]
		if c.Status != corev1.ConditionTrue {
			continue
		}
		switch c.Type {
		case batchv1.JobComplete, batchv1.JobFailed, batchv1.JobFailureTarget:
			if l.over == nil || c.Type != batchv1.JobFailureTarget {
				l.over = c
			}
		}
	}
	s := &j.Full.Status
	u := s.UncountedTerminatedPods
	l.began = s.Failed+s.Succeeded > 0 || s.Ready != nil && *s.Ready > 0 || u != nil && len(u.Failed)+len(u.Succeeded) > 0
	return l
}

// whyWaiting returns what a suspended Job waits for, as the gate says.
func whyWaiting(job *gate.Job) Why {
	reason := ""
	if job.Condition != nil {
		reason = job.Condition.Reason
	}
	switch {
	case job.OnHold:
		return Hold
	case reason == gate.ReasonLimitReached:
		return Limit
	case reason == gate.ReasonTooManyStarting:
		return Crowd
	case reason == gate.ReasonDependencyFailed:
		return NeverMet
	case job.DependsOn == "" && job.Uses.Said:
		return Limit
	case job.DependsOn == "":
		return Hold // nobody releases it but a person
	}
	asksOthers := func(c *lang.Check) bool { return len(c.Targets) > 0 }
	if expr, err := job.Parse(); err == nil && !slices.ContainsFunc(expr.Checks(), asksOthers) {
		return Begin
	}
	return Dependency
}

// at fills in how an element stands, by its newest pod, which may be nil.
func (l *look) at(e *Element, pod *corev1.Pod) {
	i := int64(e.Index)
	array := l.job.Numbers != nil
	status := &l.job.Full.Status
	l.times(e, pod)
	switch {
	case l.over != nil && l.over.Type == batchv1.JobComplete && !(array && l.failed.Contains(i)), array && l.completed.Contains(i):
		e.State = Succeeded
	case array && l.cancelled.Contains(i) && (l.failed.Contains(i) || l.over != nil || pod == nil || pod.DeletionTimestamp != nil):
		e.State, e.Signal = Cancelled, terminate
	case array && l.failed.Contains(i):
		l.failure(e, pod)
	case l.over != nil:
		l.end(e, pod)
	case l.job.Full.DeletionTimestamp != nil:
		e.State = Cancelled
	case hasRun(pod), !array && !l.suspended() && (l.began || pod == nil && status.Active > 0): // a pod that has just ended is among the active ones
		e.State = Running
	case l.suspended() && l.job.facts.Released:
		e.State = Suspended
	case l.suspended():
		e.State, e.Why = Waiting, l.why
	case pod == nil && array && int(status.Active) > 0 && l.job.Limit > 0:
		e.State, e.Why = Queued, ArrayLimit
	default:
		e.State, e.Why = Queued, Nothing
		l.queued(e, pod)
	}
	if !e.State.Ended() {
		e.Ended = time.Time{}
	}
	if e.State == Waiting || e.State == Queued {
		e.Started = time.Time{}
	}
}

func (l *look) suspended() bool { return l.job.facts.Suspended }

// queued says what a pod waits for.
func (l *look) queued(e *Element, pod *corev1.Pod) {
	if pod == nil {
		return
	}
	for _, g := range pod.Spec.SchedulingGates {
		if g.Name == gate.SchedulingGate {
			e.State, e.Why = Waiting, l.why
			return
		}
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			e.Why, e.Message = Room, c.Message
		}
	}
}

// hasRun reports whether a container of a pod has started.
func hasRun(pod *corev1.Pod) bool {
	if pod == nil {
		return false
	}
	switch pod.Status.Phase {
	case corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed:
		return true
	}
	return false
}

// times fills in when an element ran, as its pod or else the Job says.
func (l *look) times(e *Element, pod *corev1.Pod) {
	if pod != nil {
		e.Pod, e.podUID, e.Node = pod.Name, pod.UID, pod.Spec.NodeName
		for _, c := range pod.Status.ContainerStatuses {
			switch {
			case c.State.Running != nil:
				e.Started = c.State.Running.StartedAt.Time
			case c.State.Terminated != nil:
				e.Started, e.Ended = c.State.Terminated.StartedAt.Time, c.State.Terminated.FinishedAt.Time
			}
		}
		if e.Started.IsZero() && pod.Status.StartTime != nil {
			e.Started = pod.Status.StartTime.Time
		}
	}
	status := &l.job.Full.Status
	if e.Started.IsZero() && status.StartTime != nil {
		e.Started = status.StartTime.Time
	}
	if e.Ended.IsZero() && l.over != nil {
		e.Ended = l.over.LastTransitionTime.Time
		if status.CompletionTime != nil {
			e.Ended = status.CompletionTime.Time
		}
	}
}

// end says how an element ended that the Job took with it.
func (l *look) end(e *Element, pod *corev1.Pod) {
	e.Message = l.over.Message
	switch {
	case l.job.facts.Outcome() == lang.Skipped:
		e.State = Unmet
		if l.over.Reason == gate.ReasonCancelled {
			e.State = Cancelled
		}
		e.Started = time.Time{}
	case l.over.Reason == gate.ReasonCancelled:
		e.State = Cancelled
		if hasRun(pod) || l.began {
			e.Signal = terminate
		} else {
			e.Started = time.Time{}
		}
	case l.over.Reason == batchv1.JobReasonDeadlineExceeded:
		e.State, e.Signal = TimedOut, terminate
	default:
		l.failure(e, pod)
	}
}

// terminate is SIGTERM, on any machine.
const terminate = 15

// failure says how an element failed, by its pod.
func (l *look) failure(e *Element, pod *corev1.Pod) {
	e.State, e.Exit = Failed, 1
	if pod == nil {
		return
	}
	e.Message = pod.Status.Message
	switch {
	case pod.Status.Reason == "DeadlineExceeded":
		e.State, e.Exit, e.Signal = TimedOut, 0, terminate
		return
	case pod.Status.Reason == gate.ReasonDependencyFailed:
		e.State, e.Exit = Unmet, 0
		return
	case pod.Status.Reason == "Evicted", pod.Status.Reason == "NodeLost", pod.Status.Reason == "Preempting":
		e.State = Lost
	}
	for _, c := range pod.Status.ContainerStatuses {
		end := c.State.Terminated
		if end == nil || end.ExitCode == 0 {
			continue
		}
		e.Exit = int(end.ExitCode)
		if e.Exit > signalBase && e.Exit <= signalBase+signalLast {
			e.Exit, e.Signal = 0, e.Exit-signalBase
		}
		if end.Reason == cause.ReasonOOMKilled {
			e.State = OutOfMemory
		}
		return
	}
}
