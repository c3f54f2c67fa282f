package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
)

// await returns what came of a graph of so many Jobs, and of others, when all are complete.
func (b *bench) await(ctx context.Context, namespace string, graph, others int) (outcome, error) {
	var result outcome
	err := wait.PollUntilContextCancel(ctx, time.Second, true, func(ctx context.Context) (bool, error) {
		began, ended, err := b.ended(ctx, namespace, graph)
		if err != nil || ended.IsZero() {
			return false, err
		}
		_, last, err := b.ended(ctx, namespace+"-others", others)
		if err != nil || last.IsZero() {
			return false, err
		}
		result = outcome{graph: ended.Sub(began), all: max(ended.Sub(began), last.Sub(began))}
		result.waited, err = b.waited(ctx, namespace+"-others")
		return true, err
	})
	return result, err
}

// ended returns when the first of n Jobs was created, and the last complete; the zero time if not
// all are. These times are of whole seconds.
func (b *bench) ended(ctx context.Context, namespace string, n int) (first, last time.Time, err error) {
	list, err := b.client.BatchV1().Jobs(namespace).List(ctx, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil || len(list.Items) < n {
		return first, last, err
	}
	for i := range list.Items {
		job := &list.Items[i]
		if job.Name == "start" || first.IsZero() {
			first = job.CreationTimestamp.Time
		}
		complete := slices.ContainsFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool { return c.Type == batchv1.JobComplete })
		if !complete {
			return first, time.Time{}, nil
		}
		if job.Status.CompletionTime.After(last) {
			last = job.Status.CompletionTime.Time
		}
	}
	return first, last, nil
}

// waited returns how long pods waited for a node, in the mean.
func (b *bench) waited(ctx context.Context, namespace string) (time.Duration, error) {
	list, err := b.client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return 0, err
	}
	if len(list.Items) == 0 {
		return 0, fmt.Errorf("there are no pods in %s", namespace)
	}
	var sum time.Duration
	for _, pod := range list.Items {
		for _, c := range pod.Status.Conditions {
			if c.Type == corev1.PodScheduled {
				sum += c.LastTransitionTime.Sub(pod.CreationTimestamp.Time)
			}
		}
	}
	return sum / time.Duration(len(list.Items)), nil
}

func list(names []string) string { return strings.Join(names, ", ") }
