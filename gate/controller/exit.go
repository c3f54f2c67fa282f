package controller

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// learn reads the exit codes that a Job waits to know, from the pods of the
// prerequisites that failed. Nobody else's pods are ever read.
func (c *Controller) learn(ctx context.Context, decision gate.Decision) error {
	for _, reason := range decision.Reasons {
		o := reason.Object
		if len(reason.Check.Codes) == 0 || reason.Value != lang.Unknown || o == nil || o.Outcome != lang.Failed || o.Exit != nil {
			continue
		}
		pods, err := c.podsOf(ctx, reason.Ref, o.UID)
		if err != nil {
			return fmt.Errorf("reading the exit code of %s: %w", reason.Ref, err)
		}
		c.store.learn(reason.Ref, o.UID, gate.LastExit(pods))
	}
	return nil
}

// learnElements reads the exit codes of elements that a Job waits to know.
func (c *Controller) learnElements(ctx context.Context, ref lang.Ref) error {
	for array, uid := range c.store.untold(ref) {
		pods, err := c.podsOf(ctx, array, uid)
		if err != nil {
			return fmt.Errorf("reading the exit codes of %s: %w", array, err)
		}
		of := gate.ByIndex(pods)
		c.store.learnElements(array, uid, func(index int64) lang.Exit { return gate.LastExit(of[index]) })
	}
	return nil
}

// podsOf lists the pods of a Job.
func (c *Controller) podsOf(ctx context.Context, job lang.Ref, uid string) ([]corev1.Pod, error) {
	list, err := c.client.CoreV1().Pods(job.Namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + uid})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}
