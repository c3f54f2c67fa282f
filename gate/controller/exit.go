package controller

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// podPage is how many pods are read at once for their exit codes: an array may have
// 100,000 of them, of any size.
const podPage = 100

// learn reads the exit codes that a Job waits to know, from the pods of the
// prerequisites that failed. Nobody else's pods are ever read.
func (c *Controller) learn(ctx context.Context, ref lang.Ref, decision gate.Decision) error {
	owners := c.store.untold(ref)
	for _, reason := range decision.Reasons {
		if o := reason.Object; len(reason.Check.Codes) > 0 && reason.Value == lang.Unknown && o != nil && o.Outcome == lang.Failed && o.Exit == nil {
			owners = append(owners, gate.Owner{Job: reason.Ref, UID: types.UID(o.UID)})
		}
	}
	for _, owner := range owners {
		exits, err := c.exits(ctx, owner)
		if err != nil {
			return fmt.Errorf("reading the exit codes of %s: %w", owner.Job, err)
		}
		c.store.learn(owner.Job, owner.UID, exits)
	}
	return nil
}

// exits reads the exit codes of the pods of a Job.
func (c *Controller) exits(ctx context.Context, job gate.Owner) (*gate.Exits, error) {
	exits := &gate.Exits{}
	options := metav1.ListOptions{
		LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID), FieldSelector: "status.phase=Failed", Limit: podPage,
	}
	for {
		page, err := c.client.CoreV1().Pods(job.Job.Namespace).List(ctx, options)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			exits.Add(job, &page.Items[i])
		}
		if options.Continue = page.Continue; options.Continue == "" {
			return exits, nil
		}
	}
}
