package uninstall

import (
	"context"
	"errors"
)

// freePods removes the finalizer of all pods that are kept for the result of their Job.
func (r *removal) freePods(ctx context.Context) error {
	pods, err := r.KeptPods(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, pod := range pods {
		did, err := r.FreePod(ctx, pod)
		if err != nil {
			failed = append(failed, err)
			if !isRefusal(err) {
				break
			}
			continue
		}
		if !did {
			continue
		}
		r.tally.freed++
		if err := r.say("pod/%s finalizer removed in %s namespace", pod.Name, pod.Owner.Job.Namespace); err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}
