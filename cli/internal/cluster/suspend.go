package cluster

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/command"
	"depctl.dev/lang"
)

// Suspend sets whether Kubernetes makes Jobs of a CronJob. It returns what that is then, and
// whether anything was to be written.
func (c *JobClient) Suspend(ctx context.Context, ref lang.Ref, suspend bool) (*unstructured.Unstructured, bool, error) {
	raw, err := c.CronJob(ctx, ref.Namespace, ref.Name)
	if err != nil {
		return nil, false, err
	}
	if is, _, _ := unstructured.NestedBool(raw.Object, "spec", "suspend"); is == suspend {
		return raw, false, nil
	}
	if c.DryRun == command.DryRunClient {
		err := unstructured.SetNestedField(raw.Object, suspend, "spec", "suspend")
		return raw, true, err
	}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": raw.GetUID()}, // another one of the name is another one
		"spec":     map[string]any{"suspend": suspend},
	})
	if err != nil {
		return nil, false, fmt.Errorf("encoding the change of CronJob %s: %w", ref, err)
	}
	after, err := c.in(ref.Namespace, cronJobKind).Patch(ctx, ref.Name, types.MergePatchType, patch,
		metav1.PatchOptions{DryRun: c.DryRun.Option(), FieldManager: fieldManager})
	return after, true, c.Explain(ctx, err, Right{"patch", cronJobKind, "", ref.Namespace}, ref)
}
