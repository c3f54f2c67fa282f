package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	coordinationv1client "k8s.io/client-go/kubernetes/typed/coordination/v1"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"

	"depctl.dev/gate/controller"
)

// retirement is how long no gate leads after --retire, unless depctl is uninstalled before that, and how long one
// that is installed in that time waits for the Lease.
const retirement = 30 * time.Second

// retire takes the Lease from the gate that leads and removes what gates keep on Jobs, Pods and CronJobs. The
// Lease is kept, so that no gate puts it there again before it is deleted.
func retire(ctx context.Context, config *rest.Config, client kubernetes.Interface, o options) error {
	var left controller.Retired
	var failed error
	ended := false
	remove := func(ctx context.Context) {
		left, failed = controller.Retire(ctx, client, controller.RetireOptions{Results: o.reach.results, Schedules: o.reach.schedules})
		ended = ctx.Err() == nil
	}
	o.election.LeaseDuration.Duration, o.election.keeps = max(retirement, o.election.LeaseDuration.Duration), true
	if o.election.LeaderElect {
		if err := o.election.depose(ctx, client.CoordinationV1(), clock.RealClock{}); err != nil {
			return err
		}
	}
	if err := o.election.run(ctx, config, remove); !ended {
		return errors.Join(errors.New("it was interrupted; run it again"), err)
	}
	klog.FromContext(ctx).Info("Retired", "finalizersOfJobs", left.Jobs, "finalizersOfPods", left.Pods, "recordsOfCronJobs", left.CronJobs)
	return failed
}

// depose takes the Lease, whoever has it, and returns when who had it must have noticed.
func (e *election) depose(ctx context.Context, leases coordinationv1client.LeasesGetter, now clock.WithTicker) error {
	client := leases.Leases(e.ResourceNamespace)
	for {
		lease, err := client.Get(ctx, e.ResourceName, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil // no gate has ever led
		}
		if err != nil {
			return fmt.Errorf("reading Lease %s/%s: %w", e.ResourceNamespace, e.ResourceName, err)
		}
		leader := ptr.Deref(lease.Spec.HolderIdentity, "")
		lease.Spec.HolderIdentity = ptr.To(e.identity)
		lease.Spec.LeaseDurationSeconds = ptr.To(int32(e.LeaseDuration.Seconds()))
		lease.Spec.AcquireTime = ptr.To(metav1.NewMicroTime(now.Now()))
		lease.Spec.RenewTime = lease.Spec.AcquireTime
		_, err = client.Update(ctx, lease, metav1.UpdateOptions{})
		if apierrors.IsConflict(err) {
			continue
		}
		if err != nil || leader == "" {
			return err
		}
		// It tries to renew the Lease for that long before it stops.
		wait := e.RenewDeadline.Duration + e.RetryPeriod.Duration
		klog.FromContext(ctx).Info("The Lease is taken, waiting until the gate that had it has stopped", "leader", leader, "wait", wait)
		select {
		case <-now.After(wait):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
