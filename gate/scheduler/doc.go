// Package scheduler has the plugin by which depctl-scheduler orders pods that wait for a node:
// those first that most of a graph waits for.
//
// Start with Rank.Less. The gate says how long the chain is that begins with a pod
// (rank.Annotation, by --rank-pods); the plugin reads it from the pod, and asks nobody. What
// the scheduler's queue holds is a pod or a group of pods; queued.go finds the pods of either.
//
// It is written against k8s.io/kube-scheduler/framework alone. The program that links it into
// kube-scheduler is cmd/depctl-scheduler, a module of its own.
package scheduler
