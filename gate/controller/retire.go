package controller

import (
	"context"
	"errors"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
)

// Retired counts what Retire has removed.
type Retired struct {
	// Jobs and Pods had a finalizer of the gate, and CronJobs a record of their runs.
	Jobs, Pods, CronJobs int
}

// RetireOptions say what the gate may do beside patching Jobs.
type RetireOptions struct {
	// Results is that of Options: Pods may be patched.
	Results bool
	// Schedules is that of Options: CronJobs may be patched.
	Schedules bool
}

const (
	// retirePage is how many objects are listed at once.
	retirePage = 500
	// retireTries bounds how often a Job is patched that others write to as well.
	retireTries = 10
)

// Retire removes what gates leave on Jobs, Pods and CronJobs for later gates: without one, the
// finalizers would keep them for good. What waits stays held. No gate may lead meanwhile. An object that
// cannot be patched does not keep the others from it.
func Retire(ctx context.Context, client kubernetes.Interface, o RetireOptions) (Retired, error) {
	var t Retired
	failed := pages(ctx, func(page metav1.ListOptions) (string, error) {
		list, err := client.BatchV1().Jobs(metav1.NamespaceAll).List(ctx, page)
		if err != nil {
			return "", fmt.Errorf("listing Jobs: %w", err)
		}
		for n := range list.Items {
			did, e := unguard(ctx, client, &list.Items[n])
			err = errors.Join(err, e)
			t.Jobs += did
		}
		return list.Continue, err
	})
	if o.Results {
		failed = errors.Join(failed, pages(ctx, func(page metav1.ListOptions) (string, error) {
			page.LabelSelector = gate.KeepResultLabel
			list, err := client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, page)
			if err != nil {
				return "", fmt.Errorf("listing Pods: %w", err)
			}
			for _, pod := range list.Items {
				if !slices.Contains(pod.Finalizers, gate.ResultFinalizer) {
					continue
				}
				kept := gate.KeptPod{Name: pod.Name}
				patch, e := gate.FreePodPatch(kept)
				if e == nil {
					_, e = client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: gate.ByGate})
				}
				did, e := removed(e, "Pod "+pod.Namespace+"/"+pod.Name)
				err = errors.Join(err, e)
				t.Pods += did
			}
			return list.Continue, err
		}))
	}
	if o.Schedules {
		failed = errors.Join(failed, pages(ctx, func(page metav1.ListOptions) (string, error) {
			list, err := client.BatchV1().CronJobs(metav1.NamespaceAll).List(ctx, page)
			if err != nil {
				return "", fmt.Errorf("listing CronJobs: %w", err)
			}
			for _, cronJob := range list.Items {
				if _, recorded := cronJob.Annotations[schedule.OutcomesAnnotation]; !recorded {
					continue
				}
				_, e := client.BatchV1().CronJobs(cronJob.Namespace).Patch(ctx, cronJob.Name, types.MergePatchType,
					[]byte(`{"metadata":{"annotations":{"`+schedule.OutcomesAnnotation+`":null}}}`), metav1.PatchOptions{FieldManager: gate.ByGate})
				did, e := removed(e, "CronJob "+cronJob.Namespace+"/"+cronJob.Name)
				err = errors.Join(err, e)
				t.CronJobs += did
			}
			return list.Continue, err
		}))
	}
	return t, failed
}

// pages calls list for each page of a list until the last, and returns all that failed.
func pages(ctx context.Context, list func(metav1.ListOptions) (next string, err error)) error {
	var failed error
	for options := (metav1.ListOptions{Limit: retirePage}); ; {
		next, err := list(options)
		failed = errors.Join(failed, err)
		if options.Continue = next; next == "" || ctx.Err() != nil {
			return failed
		}
	}
}

// unguard removes our finalizer from a Job, and returns 1 if it did.
func unguard(ctx context.Context, client kubernetes.Interface, job *batchv1.Job) (int, error) {
	what := "Job " + job.Namespace + "/" + job.Name
	for try := 1; ; try++ {
		observed := gate.Observe(job)
		if !observed.Guarded {
			return 0, nil
		}
		patch, err := gate.GuardPatch(observed, gate.RemoveGuard)
		if err != nil {
			return 0, err
		}
		_, err = client.BatchV1().Jobs(job.Namespace).Patch(ctx, job.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: gate.ByGate})
		if !apierrors.IsConflict(err) || try == retireTries {
			return removed(err, what)
		}
		if job, err = client.BatchV1().Jobs(job.Namespace).Get(ctx, job.Name, metav1.GetOptions{}); err != nil {
			return removed(err, what)
		}
	}
}

// removed returns 1 if a patch has removed something. What is gone needs none.
func removed(err error, of string) (int, error) {
	switch {
	case apierrors.IsNotFound(err):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("removing what the gate keeps on %s: %w", of, err)
	}
	return 1, nil
}
