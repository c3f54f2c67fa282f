package uninstall

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// freePods removes the finalizer of all pods that are kept for the result of their Job.
func (r *removal) freePods(ctx context.Context) error {
	pods, err := r.KeptPods(ctx)
	if err != nil {
		return err
	}
	return clearAll(r, pods, &r.tally.freed, func(pod gate.KeptPod) (bool, error) { return r.FreePod(ctx, pod) }, func(pod gate.KeptPod) string {
		return fmt.Sprintf("pod/%s finalizer removed in %s namespace", pod.Name, pod.Owner.Job.Namespace)
	})
}

// removeRecords takes from all CronJobs what the gate keeps there of their runs: without a gate it grows old, and
// the next one would take it for the truth.
func (r *removal) removeRecords(ctx context.Context) error {
	recorded, err := r.RecordedCronJobs(ctx)
	if err != nil {
		return err
	}
	return clearAll(r, recorded, &r.tally.records, func(ref lang.Ref) (bool, error) { return r.RemoveRecord(ctx, ref) }, func(ref lang.Ref) string {
		return fmt.Sprintf("cronjob.batch/%s record of its runs removed in %s namespace", ref.Name, ref.Namespace)
	})
}

// clearAll takes what is ours from all of some objects, says so of each, and counts them.
func clearAll[T any](r *removal, all []T, count *int, do func(T) (bool, error), said func(T) string) error {
	r.progress.Begin("Taking away what the gate keeps", len(all))
	defer r.progress.End()
	var failed []error
	for _, one := range all {
		r.progress.Step()
		did, err := do(one)
		switch {
		case r.rehearsal && apierrors.IsBadRequest(err):
			did = true // a webhook cannot do dry runs
		case err != nil:
			failed = append(failed, err)
			if !isRefusal(err) {
				return errors.Join(failed...)
			}
			continue
		}
		if !did {
			continue
		}
		*count++
		if err := r.say("%s", said(one)); err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}
