package cluster

import (
	"context"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// pods returns the pods of a Job, in order of index.
func (c *JobClient) pods(ctx context.Context, t LiveJob) ([]gate.Pod, error) {
	var found []gate.Pod
	options := metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + string(t.UID), Limit: 500}
	for {
		page, err := c.in(t.Namespace, podKind).List(ctx, options)
		if err != nil {
			return nil, c.Explain(ctx, err, Right{"list", podKind, "", t.Namespace}, lang.Ref{})
		}
		for i := range page.Items {
			full := &corev1.Pod{}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(page.Items[i].Object, full); err != nil {
				return nil, fmt.Errorf("pod %s/%s is not as v1 has it: %w", t.Namespace, page.Items[i].GetName(), err)
			}
			if pod, owner, ok := gate.ObservePod(full); ok && owner.UID == t.UID {
				found = append(found, pod)
			}
		}
		if options.Continue = page.GetContinue(); options.Continue == "" {
			slices.SortFunc(found, gate.ComparePods)
			return found, nil
		}
	}
}

// GatedPods returns the pods of a Job that wait for our scheduling gate to be
// removed.
func (c *JobClient) GatedPods(ctx context.Context, t LiveJob) ([]gate.Pod, error) {
	pods, err := c.pods(ctx, t)
	return slices.DeleteFunc(pods, func(p gate.Pod) bool { return p.Gate < 0 || p.Ended || p.BeingDeleted }), err
}

// Podless returns how many elements of a Job are not over and have no pod.
func (c *JobClient) Podless(ctx context.Context, t LiveJob) (int64, error) {
	now, err := c.Get(ctx, t.Identity())
	if err != nil || now.UID != t.UID || now.Outcome() != lang.Undecided || now.Object.Array == nil {
		return 0, err
	}
	pods, err := c.pods(ctx, t)
	array := now.Object.Array
	left, known := array.Size-array.Completed.Union(array.Failed).Len(), map[int64]bool{}
	for _, pod := range pods {
		if i := pod.Index; !known[i] && !array.Completed.Contains(i) && !array.Failed.Contains(i) {
			known[i] = true
			left--
		}
	}
	return left, err
}

// OpenPod lets the scheduler have a pod, and reports whether it was still there,
// with the gate.
func (c *JobClient) OpenPod(ctx context.Context, t LiveJob, pod gate.Pod) (bool, error) {
	patch, err := gate.OpenPatch(t.Job, pod, "")
	if err != nil || c.DryRun == command.DryRunClient {
		return err == nil, err
	}
	_, err = c.in(t.Namespace, podKind).Patch(ctx, pod.Name, types.JSONPatchType, patch,
		metav1.PatchOptions{DryRun: c.DryRun.Option(), FieldManager: fieldManager})
	if apierrors.IsNotFound(err) || apierrors.IsInvalid(err) || apierrors.IsConflict(err) {
		return false, nil
	}
	return err == nil, c.Explain(ctx, err, Right{"patch", podKind, "", t.Namespace}, lang.Ref{Kind: "pod", Namespace: t.Namespace, Name: pod.Name})
}
