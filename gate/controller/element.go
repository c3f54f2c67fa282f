package controller

import (
	"context"
	"errors"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
)

// openers is how many pods of one Job are patched at once.
const openers = 16

// open does what was decided about the elements of a Job, one patch for each.
func (c *Controller) open(ctx context.Context, job gate.Job, d gate.Decision) error {
	e := d.Elements
	patches := make([]func() error, 0, len(e.Open)+len(e.Fail))
	for _, pod := range e.Open {
		patches = append(patches, func() error {
			patch, err := gate.OpenPatch(job, pod)
			if err == nil {
				err = c.patchPod(ctx, job, pod, types.JSONPatchType, patch)
			}
			if err == nil {
				elementsReleased.Inc()
			}
			return err
		})
	}
	for _, f := range e.Fail {
		patches = append(patches, func() error {
			patch, err := gate.FailPodPatch(job, f)
			if err == nil {
				err = c.patchPod(ctx, job, f.Pod, types.StrategicMergePatchType, patch, "status")
			}
			if err == nil {
				elementsFailed.Inc()
			}
			return err
		})
	}
	err := inOrder(patches)
	if len(patches) > 0 {
		klog.FromContext(ctx).Info("Opened", "uid", job.UID, "elements", len(e.Open), "failed", len(e.Fail), "message", d.Message)
	}
	if len(e.Fail) > 0 {
		c.reporter.report(job, gate.Decision{Reason: e.Fail[0].Reason, Message: describe(e.Fail)})
	}
	if e.More && err == nil {
		c.queue.Add(job.Ref())
	}
	return err
}

// describe says in words which elements never ran: the first, and how many more.
func describe(failures []gate.Failure) string {
	if more := len(failures) - 1; more > 0 {
		return fmt.Sprintf("%s, and %d more", failures[0].Message, more)
	}
	return failures[0].Message
}

// inOrder begins with the first and does up to openers at once.
func inOrder(patches []func() error) error {
	var wg sync.WaitGroup
	next, errs := make(chan int), make([]error, len(patches))
	for range min(openers, len(patches)) {
		wg.Go(func() {
			for i := range next {
				errs[i] = patches[i]()
			}
		})
	}
	for i := range patches {
		next <- i
	}
	close(next)
	wg.Wait()
	return errors.Join(errs...)
}

// patchPod sends a patch of a pod and takes in the answer. A pod that has changed
// meanwhile, or gone, is looked at again when the watch says so.
func (c *Controller) patchPod(ctx context.Context, job gate.Job, pod gate.Pod, kind types.PatchType, patch []byte, subresource ...string) error {
	var patched *corev1.Pod
	patched, err := c.client.CoreV1().Pods(job.Namespace).Patch(ctx, pod.Name, kind, patch,
		metav1.PatchOptions{FieldManager: FieldManager}, subresource...)
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("letting element %d run: %w", pod.Index, err)
	}
	c.store.podAnswered(patched)
	return nil
}
