package controller

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/metrics"
)

// openers is how many pods of one Job are patched at once.
const openers = 16

// open does what was decided about the elements of a Job, one patch for each. A pod
// of which the patch is refused waits for its next try alone.
func (c *Controller) open(ctx context.Context, job gate.Job, d gate.Decision) error {
	e := d.Elements
	refusals := &podRefusals{controller: c, job: job, before: e.Refused}
	patches := make([]func() error, 0, len(e.Open)+len(e.Fail))
	for _, pod := range e.Open {
		patches = append(patches, func() error {
			patch, err := gate.OpenPatch(job, pod, c.identity)
			if err == nil {
				err = c.patchPod(ctx, job, pod, types.JSONPatchType, patch)
			}
			if err == nil {
				metrics.ElementsReleased.Inc()
			}
			return refusals.settle(pod, err)
		})
	}
	for _, f := range e.Fail {
		patches = append(patches, func() error {
			patch, err := gate.FailPodPatch(job, f)
			if err == nil {
				err = c.patchPod(ctx, job, f.Pod, types.StrategicMergePatchType, patch, "status")
			}
			if err == nil {
				metrics.ElementsFailed.Inc()
			}
			return refusals.settle(f.Pod, err)
		})
	}
	err := errors.Join(inOrder(patches), c.lookAtElements(ctx, job, nil))
	if len(patches) > 0 {
		klog.FromContext(ctx).Info("Opened", "uid", job.UID, "elements", len(e.Open), "failed", len(e.Fail),
			"refused", refusals.count, "message", d.Message)
	}
	if len(e.Fail) > 0 && refusals.count < len(patches) {
		c.reporter.Report(job, gate.Decision{Reason: e.Fail[0].Reason, Message: describe(e.Fail)})
	}
	if refusals.told != "" {
		c.reporter.Report(job, gate.Decision{Reason: gate.ReasonPatchRefused, Message: refusals.told})
	}
	switch {
	case err != nil:
	case e.More, refusals.taken:
		c.queue.Add(job.Ref())
	case refusals.count > 0:
		c.queue.AddAfter(job.Ref(), refusals.soonest.Sub(c.clock.Now()))
	}
	return err
}

// podRefusals are those of the pods of one Job, by one decision.
type podRefusals struct {
	controller *Controller
	job        gate.Job
	// before is how many pods were refused by the last try.
	before int

	mu    sync.Mutex
	count int
	// soonest is when to try the first of them again.
	soonest time.Time
	// told is what people must know: that a pod was refused for the second time.
	told string
	// taken reports whether a pod that was refused before is not any more.
	taken bool
}

// settle takes in the answer to a patch of a pod. It returns an error where trying
// the whole Job again can help.
func (r *podRefusals) settle(pod gate.Pod, err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
		r.taken = r.controller.store.podTaken(r.job.Owner(), pod) || r.taken
		return nil
	case !lasting(err):
		return err
	}
	r.count++
	metrics.PatchRefusals.WithLabelValues(gate.Opening.String()).Inc()
	refusal := r.controller.store.podRefused(r.job.Owner(), pod, r.before+r.count, err)
	if r.soonest.IsZero() || refusal.Again.Before(r.soonest) {
		r.soonest = refusal.Again
	}
	if refusal.Times == 2 && r.told == "" {
		r.told = fmt.Sprintf("the API server refuses to change pods of this Job, trying again: %s", refusal.Message)
	}
	return nil
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
