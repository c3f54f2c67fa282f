package attack

import (
	"context"
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// sweep removes what an attack has left, so that it does not weigh on the next: its
// gate is gone, and takes no finalizer away any more.
func (f *field) sweep() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	now := metav1.DeleteOptions{GracePeriodSeconds: new(int64), PropagationPolicy: ptr.To(metav1.DeletePropagationBackground)}
	namespaces := []string{f.evil, f.victim, f.others}
	for _, namespace := range namespaces {
		jobs, pods := f.client.BatchV1().Jobs(namespace), f.client.CoreV1().Pods(namespace)
		for left := 1; left > 0; {
			err := errors.Join(
				jobs.DeleteCollection(ctx, now, metav1.ListOptions{}),
				pods.DeleteCollection(ctx, now, metav1.ListOptions{}))
			left = 0
			free := func(meta metav1.ObjectMeta, patch func(context.Context, string, []byte) error) {
				left++
				if len(meta.Finalizers) > 0 {
					_ = patch(ctx, meta.Name, []byte(`{"metadata":{"finalizers":null}}`)) // it may be gone, and is tried again
				}
			}
			allJobs, e1 := jobs.List(ctx, metav1.ListOptions{})
			allPods, e2 := pods.List(ctx, metav1.ListOptions{})
			if err = errors.Join(err, e1, e2); err != nil {
				f.t.Errorf("sweeping %s: %v", namespace, err)
				return
			}
			for _, job := range allJobs.Items {
				free(job.ObjectMeta, func(ctx context.Context, name string, patch []byte) error {
					_, err := jobs.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
					return err
				})
			}
			for _, pod := range allPods.Items {
				free(pod.ObjectMeta, func(ctx context.Context, name string, patch []byte) error {
					_, err := pods.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
					return err
				})
			}
		}
		if err := f.client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{}); err != nil {
			f.t.Errorf("sweeping: %v", err)
		}
	}
}
