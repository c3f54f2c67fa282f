package cluster

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/checkup"
)

// RankScheduler is the schedulerName of pods that depctl-scheduler places.
const RankScheduler = "depctl"

const rankSchedulerName = "depctl-scheduler"

// schedulerOf finds out whether depctl-scheduler runs.
func schedulerOf(ctx context.Context, client kubernetes.Interface, namespace string) (s checkup.Scheduler) {
	_, err := client.AppsV1().Deployments(namespace).Get(ctx, rankSchedulerName, metav1.GetOptions{})
	s.Installed = err == nil
	lease, err := client.CoordinationV1().Leases(namespace).Get(ctx, rankSchedulerName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		s.Error = err
	case lease.Spec.RenewTime != nil:
		s.Renewed = lease.Spec.RenewTime.Time
		s.Lease = time.Duration(ptr.Deref(lease.Spec.LeaseDurationSeconds, 15)) * time.Second
	}
	return s
}

// LacksScheduler reports whether no depctl-scheduler leads at a time; false where that cannot be read.
func LacksScheduler(ctx context.Context, client kubernetes.Interface, now time.Time) bool {
	return !schedulerOf(ctx, client, FindInstallation(ctx, client.RbacV1()).Namespace).Runs(now)
}

// scheduler finds out whether depctl-scheduler runs, and how many pods of a namespace, or of all,
// wait for it.
func (i *Inspector) scheduler(ctx context.Context, namespace string) checkup.Scheduler {
	s := schedulerOf(ctx, i.Client, namespace)
	pods, err := i.Client.CoreV1().Pods(i.Scope).List(ctx, metav1.ListOptions{FieldSelector: "spec.schedulerName=" + RankScheduler + ",spec.nodeName="})
	if err == nil {
		for _, pod := range pods.Items {
			if pod.Spec.SchedulerName == RankScheduler && pod.Spec.NodeName == "" && len(pod.Spec.SchedulingGates) == 0 {
				s.Pods++
			}
		}
	}
	return s
}
