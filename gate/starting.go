package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate/limit"
)

// What is in this file has Jobs start in order where the scheduler would take them as they
// come: a pod that is starting has a token of a limit that no Job can name.

// ReasonTooManyStarting means that the dependencies are met, and as many pods are without a node
// as may be (--max-starting), or others are to start first.
const ReasonTooManyStarting = "TooManyStarting"

// StartingTime is how long a pod without a node counts as starting: one that can never be
// scheduled stops the rest no longer.
const StartingTime = 5 * time.Minute

// StartingLimit is the limit of pods that are starting. ParseUses knows no limit without a
// namespace, so nobody else uses it.
var StartingLimit = limit.Name{Key: "starting"}

// StartingLimitOf is the limit of those of one namespace.
func StartingLimitOf(namespace string) limit.Name {
	return limit.Name{Key: StartingLimit.Key + "/" + namespace}
}

// StartingShare is how many of the pods that may be starting may be of one namespace.
func StartingShare(most int64) int64 { return (most + 1) / 2 }

// Starting is what so many starting pods of a namespace take.
func Starting(namespace string, pods int64) limit.Needs {
	return limit.Needs{{Limit: StartingLimit, Tokens: pods}, {Limit: StartingLimitOf(namespace), Tokens: pods}}
}

func countsStarting(name limit.Name) bool { return name.Namespace == "" }

// toStart returns what the Job takes when it starts, where so many pods may be starting at
// most. A Job of more pods than its namespace may have takes all: it starts while no other does.
func (j Job) toStart(most int64) limit.Needs {
	pods, share := j.Pods(), StartingShare(most)
	switch {
	case most == 0 || pods == 0:
		return nil
	case pods > share:
		needs := Starting(j.Namespace, share)
		needs[0].Tokens = most
		return needs
	}
	return Starting(j.Namespace, pods)
}

// needs returns what the Job of the snapshot takes when it is released: element by element,
// what its first one takes. Pods of elements wait with a scheduling gate, and are not starting.
func (s Snapshot) needs(perElement bool) limit.Needs {
	if !s.Job.IsJob() {
		return nil
	}
	if perElement || s.Job.Gated {
		each, _ := s.Job.usesPerPod() // invalidAnnotation has looked at it
		return each
	}
	return append(s.Job.toStart(s.MaxStarting), s.Job.Needs()...) // sorted, as these have no namespace
}

// Named returns the needs of limits that Jobs can name.
func Named(needs limit.Needs) limit.Needs {
	return slices.DeleteFunc(slices.Clone(needs), func(n limit.Need) bool { return countsStarting(n.Limit) })
}

// crowd says which pods keep a Job from starting; empty if none do.
func crowd(stock Stock, need limit.Need) string {
	there, used, _ := stock.Tokens(need.Limit)
	if need.Tokens <= there-used {
		return ""
	}
	are := fmt.Sprintf("%d pods are starting", used)
	if used == 1 {
		are = "1 pod is starting"
	}
	if namespace, of := strings.CutPrefix(need.Limit.Key, StartingLimit.Key+"/"); of {
		return fmt.Sprintf("%s in namespace %s, which may have %d", are, namespace, there)
	}
	if there > 1 && need.Tokens == there {
		return are + ", and this Job starts alone, as it has too many"
	}
	return fmt.Sprintf("%s, of %d that may be (--max-starting)", are, there)
}

// WaitsForNode reports whether a pod is there that the scheduler has still to find a node for,
// and whether it may not look yet, as a gate keeps it.
func WaitsForNode(pod *corev1.Pod) (waits, gated bool) {
	over := pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
	return pod.Spec.NodeName == "" && !over && pod.DeletionTimestamp == nil, len(pod.Spec.SchedulingGates) > 0
}
