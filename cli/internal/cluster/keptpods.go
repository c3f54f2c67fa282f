package cluster

import (
	"context"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// keptPage is how many pods are listed at once.
const keptPage = 500

// KeptPods returns the pods of all namespaces that carry the finalizer which keeps them for
// the result of their Job.
func (c *Writer) KeptPods(ctx context.Context) ([]gate.KeptPod, error) {
	var kept []gate.KeptPod
	options := metav1.ListOptions{LabelSelector: gate.KeepResultLabel, Limit: keptPage}
	for {
		page, err := c.client(podKind, "").List(ctx, options)
		if err != nil {
			return nil, explain(err, "list", podKind, "", "of all namespaces")
		}
		for _, pod := range page.Items {
			if slices.Contains(pod.Finalizers, gate.ResultFinalizer) {
				kept = append(kept, gate.KeptPod{Name: pod.Name, Owner: gate.Owner{Job: lang.Job(pod.Namespace, "")}})
			}
		}
		if options.Continue = page.Continue; options.Continue == "" {
			return kept, nil
		}
	}
}

// FreePod takes that finalizer from a pod, and reports whether the pod was there.
func (c *Writer) FreePod(ctx context.Context, pod gate.KeptPod) (bool, error) {
	if c.DryRun == command.DryRunClient {
		return true, nil
	}
	patch, err := gate.FreePodPatch(pod)
	if err != nil {
		return false, err
	}
	namespace := pod.Owner.Job.Namespace
	_, err = c.client(podKind, namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch,
		metav1.PatchOptions{DryRun: c.DryRun.Option(), FieldManager: "depctl"})
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	return err == nil, explain(err, "patch", podKind, namespace, pod.Name)
}
