package cause

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Cause is one reason why a Job does not run, or has failed. Its JSON is a promise.
type Cause struct {
	// Reason is Kubernetes' own word, such as Unschedulable, and Message its sentence.
	Reason  string `json:"reason"`
	Message string `json:"message,omitempty"`
	// Pods counts those of which this is true, and Pod is the latest of them.
	Pods int    `json:"pods,omitempty"`
	Pod  string `json:"pod,omitempty"`
	// Container is the one that it is about, and ExitCode how it ended.
	Container string `json:"container,omitempty"`
	ExitCode  *int32 `json:"exitCode,omitempty"`
	// Log are the last lines that Container printed in Pod, and NoLog is why they cannot be read.
	Log   []string `json:"log,omitempty"`
	NoLog string   `json:"noLog,omitempty"`
	// Advice is what one could do, and Command what one would type.
	Advice  string `json:"advice,omitempty"`
	Command string `json:"command,omitempty"`

	rank rank
	// words are those by which causes are the same; at is when the pod was made, and
	// again reports whether the container is started again in it.
	words string
	at    time.Time
	again bool
}

// Facts are what is known of a Job.
type Facts struct {
	Job gate.Job
	// Said is what the condition of a Job that has failed says.
	Said string
	// Pods are those that have not succeeded, and Events those of the Job and its pods.
	Pods   []corev1.Pod
	Events []corev1.Event
	Now    time.Time
}

// The reasons that are not Kubernetes' own.
const (
	// ReasonNoGate: no gate runs or leads, so nothing is released.
	ReasonNoGate = "NoGate"
	// ReasonNoScheduler: no scheduler has spoken of a pod.
	ReasonNoScheduler = "NoScheduler"
	// ReasonError is that of the kubelet for a container that has ended with an exit code.
	ReasonError = "Error"
	// ReasonOOMKilled is that for one that took more memory than it may.
	ReasonOOMKilled = "OOMKilled"
	// ReasonFailedCreate is that of the event of a Job whose pods the API server refuses.
	ReasonFailedCreate = "FailedCreate"
	// ReasonUnschedulable is that of a pod for which there is no node.
	ReasonUnschedulable = string(corev1.PodReasonUnschedulable)
)

// Of returns why a Job does not run, or has failed: the cause that explains most comes first.
func Of(f Facts) []Cause {
	var all []Cause
	if c, ok := refused(f); ok {
		all = append(all, c)
	}
	for i := range f.Pods {
		if c, ok := ofPod(f, &f.Pods[i]); ok {
			all = append(all, c)
		}
	}
	all = append(sum(all), ofJob(f)...)
	sortCauses(all)
	for i := range all {
		all[i].advise(f.Job)
	}
	return all
}

// NoGate returns the cause of Jobs that wait while no gate releases any.
func NoGate(message string) Cause {
	return Cause{Reason: ReasonNoGate, Message: message, words: message, Advice: "see what is wrong with the gate", Command: "depctl check"}
}

// String says a cause in a sentence.
func (c Cause) String() string {
	text := c.Reason
	switch {
	case c.ExitCode != nil && c.Reason == ReasonError:
		text = fmt.Sprintf("exit code %d", *c.ExitCode)
		if signal := *c.ExitCode - 128; signal > 0 && signal < 65 {
			text += fmt.Sprintf(" (signal %d)", signal)
		}
	case c.ExitCode != nil:
		text += fmt.Sprintf(" (exit code %d)", *c.ExitCode)
	}
	if c.Container != "" {
		text += " in container " + c.Container
	}
	if c.Pods > 1 {
		text += fmt.Sprintf(" (%d pods)", c.Pods)
	}
	if c.Message != "" {
		text += ": " + c.Message
	}
	return text
}

// Brief is String without what the scheduler says of preemption, beside what it says of nodes.
func (c Cause) Brief() string {
	text, _, _ := strings.Cut(c.String(), " preemption: ")
	return text
}

// Key is the same for causes of several Jobs that are the same.
func (c Cause) Key() string {
	code := int32(0)
	if c.ExitCode != nil {
		code = *c.ExitCode
	}
	return fmt.Sprintf("%s\x00%s\x00%d\x00%s", c.class(), c.Container, code, c.words)
}

// See returns what to type to learn more of a cause of a Job.
func (c Cause) See(job gate.Job) string {
	switch in := job.Name + " -n " + job.Namespace; {
	case c.Reason == ReasonNoGate:
		return c.Command
	case c.HasLog() && job.Outcome() != lang.Undecided:
		return "depctl logs " + in + " --failed"
	default:
		return "depctl explain " + in
	}
}

// HasLog reports whether a pod that has failed has printed something that explains it.
func (c Cause) HasLog() bool { return c.Reason == ReasonError && c.ExitCode != nil && !c.again }
