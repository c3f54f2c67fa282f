package cause

import (
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// replace recreates a Job from its manifest: its pod template cannot be changed.
const replace = "kubectl replace --force -f FILE"

// advise says what one could do about a cause.
func (c *Cause) advise(job gate.Job) {
	in := " -n " + job.Namespace
	over := job.Outcome() != lang.Undecided
	switch {
	case c.Reason == ReasonFailedCreate:
		c.Advice, c.Command = ofRefusal(c.Message, job)
	case c.Reason == ReasonUnschedulable:
		c.Advice, c.Command = ofNodes(c.Message, in)
	case c.Reason == ReasonNoScheduler:
		c.Advice, c.Command = "see whether a scheduler of that name runs", "kubectl get pods -A -l component=kube-scheduler"
	case c.Reason == corev1.PodReasonSchedulingGated:
		c.Advice, c.Command = "see who takes that gate away", "kubectl describe pod "+c.Pod+in
	case pulls[c.Reason]:
		c.Advice, c.Command = "correct the image, or what is needed to pull it, and recreate the Job", replace
	case c.Reason == ReasonOOMKilled:
		c.Advice, c.Command = "raise resources.limits.memory of container "+c.Container+", and recreate the Job", replace
	case c.HasLog() && over && c.ExitCode != nil && *c.ExitCode == 137:
		// A kubelet that was told too late says Error of a container that was killed for its memory.
		c.Advice, c.Command = "see what it said; SIGKILL may mean too little memory", "depctl logs "+job.Name+in+" --failed"
	case c.HasLog() && over:
		c.Advice, c.Command = "see what it said", "depctl logs "+job.Name+in+" --failed"
	case c.HasLog(): // and the Job has not failed yet
		c.Advice, c.Command = "see what it said", "depctl logs "+job.Name+in+" -c "+c.Container
	case c.again:
		c.Advice, c.Command = "see what it said", "depctl logs "+job.Name+in+" -c "+c.Container+" --previous"
	case c.ExitCode != nil: // it did not even start
		c.Advice, c.Command = "correct the command or the image of container "+c.Container+", and recreate the Job", replace
	case strings.Contains(c.Message, "not found"), strings.Contains(c.Message, "couldn't find key"):
		c.Advice, c.Command = ofReference(c.Message, c.Pod, in)
	case c.rank == ofEnd && c.Reason == deadline:
		c.Advice = "its spec.activeDeadlineSeconds ended it: raise that if it needs more time"
	case c.rank == ofEnd:
		// The pods have said why.
	case c.Reason == gate.ReasonStartedUnheld:
		c.Advice, c.Command = "see whether annotated Jobs are held", "depctl check"
	case over:
		c.Advice, c.Command = "run it again", "depctl retry "+job.Name+in
	default:
		c.Advice, c.Command = "see more", "kubectl describe pod "+c.Pod+in
	}
}

var (
	quota          = regexp.MustCompile(`exceeded quota: ([a-z0-9.-]+)`)
	quotaNeeds     = regexp.MustCompile(`failed quota: ([a-z0-9.-]+)`)
	serviceAccount = regexp.MustCompile(`serviceaccount "([a-z0-9.-]+)" not found`)
)

// ofRefusal is what one could do where the API server takes no pods.
func ofRefusal(message string, job gate.Job) (advice, command string) {
	in := " -n " + job.Namespace
	if m := quota.FindStringSubmatch(message); m != nil {
		return "see who uses the quota; its pods are made as soon as there is room", "kubectl describe quota " + m[1] + in
	}
	if m := quotaNeeds.FindStringSubmatch(message); m != nil {
		return "the quota asks for resources that the pods do not name: name them, and recreate the Job", "kubectl describe quota " + m[1] + in
	}
	if m := serviceAccount.FindStringSubmatch(message); m != nil {
		return "make the service account; its pods are made then", "kubectl create serviceaccount " + m[1] + in
	}
	return "see who refuses, and how often", "kubectl events --for job/" + job.Name + in
}

// ofNodes is what one could do where no node fits.
func ofNodes(message, in string) (advice, command string) {
	for _, known := range []struct{ words, advice, command string }{
		{"persistentvolumeclaim", "see how its claims stand", "kubectl get pvc" + in},
		{"Insufficient", "see what the nodes have left, and what it asks for", "kubectl describe nodes"},
		{"untolerated taint", "see which taints the nodes have", "kubectl describe nodes"},
		{"affinity/selector", "see which labels the nodes have", "kubectl get nodes --show-labels"},
		{"no nodes available", "see which nodes there are", "kubectl get nodes"},
	} {
		if strings.Contains(message, known.words) {
			return known.advice, known.command
		}
	}
	return "see how the nodes stand", "kubectl describe nodes"
}

var (
	lacking    = regexp.MustCompile(`(?i)(configmap|secret|persistentvolumeclaim) "([a-z0-9.-]+)" not found`)
	lackingKey = regexp.MustCompile(`couldn't find key \S+ in (ConfigMap|Secret) \S+/([a-z0-9.-]+)`)
)

// ofReference is what one could do where a pod names an object, or a key of it, that is not there.
func ofReference(message, pod, in string) (advice, command string) {
	if m := lackingKey.FindStringSubmatch(message); m != nil {
		return "add the key; the kubelet tries again by itself", "kubectl edit " + strings.ToLower(m[1]) + " " + m[2] + in
	}
	m := lacking.FindStringSubmatch(message)
	if m == nil {
		return "see more", "kubectl describe pod " + pod + in
	}
	advice = "make it; the kubelet tries again by itself"
	switch strings.ToLower(m[1]) {
	case "configmap":
		return advice, "kubectl create configmap " + m[2] + in + " --from-literal=KEY=VALUE"
	case "secret":
		return advice, "kubectl create secret generic " + m[2] + in + " --from-literal=KEY=VALUE"
	}
	return advice, "kubectl get pvc" + in
}
