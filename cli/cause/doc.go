// Package cause says why a Job that may run does not run, and why one has failed: what
// the scheduler, the kubelet, the API server and the containers have said.
//
// Of makes causes of a Job, its pods and their events (cause.go). A pod has one cause
// (pod.go, container.go), a refusal of the API server is in an event, and the last word
// is the condition of the Job (job.go). The same words of many pods are one cause, with
// the number of pods (sum.go). Each has what one could do (advice.go). Tail makes lines
// of a log fit for a terminal (log.go).
//
// The package is pure: who reads pods, events and logs is package cluster.
package cause
