package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"depctl.dev/test/sandbox"
)

const nearNodes = 20

// measureNear runs pairs of Jobs of which the second prefers the node of the first, where every
// node has room, and counts who got it.
func (o options) measureNear(ctx context.Context) (err error) {
	b, err := o.start(ctx, nearNodes, "1k")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Stop()) }()
	if err := b.StartScheduler(ctx, sandbox.SchedulerOptions{}); err != nil {
		return err
	}
	if err := b.gate(ctx, nil); err != nil {
		return err
	}
	for _, scheduler := range []string{corev1.DefaultSchedulerName, ranked} {
		for _, near := range []string{"false", "true"} {
			namespace := "near-" + near + "-" + scheduler
			hit, err := b.pairs(ctx, namespace, scheduler, near, o.pods)
			if err != nil {
				return err
			}
			fmt.Printf("%s, depctl.dev/near: %s: %d of %d on the node of their prerequisite (%.1f %%), of %d nodes\n",
				scheduler, near, hit, o.pods, 100*float64(hit)/float64(o.pods), nearNodes)
		}
	}
	return nil
}

func (b *bench) pairs(ctx context.Context, namespace, scheduler, near string, pairs int) (hit int, err error) {
	if _, err := b.client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{}); err != nil {
		return 0, err
	}
	for i := range pairs {
		for _, which := range []string{"second", "first"} {
			job := &batchv1.Job{
				ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("%s-%d", which, i), Annotations: map[string]string{"depctl.dev/near": near}},
				Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
					SchedulerName: scheduler, RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37", Resources: oneCPU}},
				}}},
			}
			if which == "second" {
				job.Annotations["depctl.dev/depends-on"] = fmt.Sprintf("first-%d", i)
			} else {
				job.Annotations = nil
			}
			if _, err := b.client.BatchV1().Jobs(namespace).Create(ctx, job, metav1.CreateOptions{}); err != nil {
				return 0, err
			}
		}
	}
	err = wait.PollUntilContextCancel(ctx, time.Second, true, func(ctx context.Context) (bool, error) {
		_, ended, err := b.ended(ctx, namespace, 2*pairs)
		return err == nil && !ended.IsZero(), err
	})
	if err != nil {
		return 0, err
	}
	list, err := b.client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return 0, err
	}
	nodes := map[string]string{}
	for _, pod := range list.Items {
		nodes[pod.Labels[batchv1.JobNameLabel]] = pod.Spec.NodeName
	}
	for i := range pairs {
		if node := nodes[fmt.Sprintf("first-%d", i)]; node != "" && node == nodes[fmt.Sprintf("second-%d", i)] {
			hit++
		}
	}
	return hit, nil
}
