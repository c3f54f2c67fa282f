package cluster

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// RecordedCronJobs returns the CronJobs of all namespaces on which the gate keeps how their runs ended.
func (c *Writer) RecordedCronJobs(ctx context.Context) ([]lang.Ref, error) {
	var recorded []lang.Ref
	options := metav1.ListOptions{Limit: keptPage}
	for {
		page, err := c.client(cronJobKind, "").List(ctx, options)
		if err != nil {
			return nil, explain(err, "list", cronJobKind, "", "of all namespaces")
		}
		for _, cronJob := range page.Items {
			if _, there := cronJob.Annotations[schedule.OutcomesAnnotation]; there {
				recorded = append(recorded, gate.CronJobRef(cronJob.Namespace, cronJob.Name))
			}
		}
		if options.Continue = page.Continue; options.Continue == "" {
			return recorded, nil
		}
	}
}

// RemoveRecord takes that annotation from a CronJob, and reports whether the CronJob was there.
func (c *Writer) RemoveRecord(ctx context.Context, ref lang.Ref) (bool, error) {
	if c.DryRun == command.DryRunClient {
		return true, nil
	}
	patch := []byte(`{"metadata":{"annotations":{"` + schedule.OutcomesAnnotation + `":null}}}`)
	_, err := c.client(cronJobKind, ref.Namespace).Patch(ctx, ref.Name, types.MergePatchType, patch,
		metav1.PatchOptions{DryRun: c.DryRun.Option(), FieldManager: fieldManager})
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	return err == nil, explain(err, "patch", cronJobKind, ref.Namespace, ref.Name)
}
