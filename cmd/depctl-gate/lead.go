package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/component-base/config"
	electionflags "k8s.io/component-base/config/options"
	"k8s.io/klog/v2"
)

// election is what the flags say of which of several gates leads.
type election struct {
	config.LeaderElectionConfiguration
	// identity is that by which this gate holds the lease.
	identity string
	// keeps: the lease is not given up at the end.
	keeps bool
	// before is the lease as it was before this gate led.
	before *before
}

func newElection() election {
	return election{identity: identity(), before: &before{}, LeaderElectionConfiguration: config.LeaderElectionConfiguration{
		LeaderElect:       true,
		LeaseDuration:     metav1.Duration{Duration: 15 * time.Second},
		RenewDeadline:     metav1.Duration{Duration: 10 * time.Second},
		RetryPeriod:       metav1.Duration{Duration: 2 * time.Second},
		ResourceLock:      resourcelock.LeasesResourceLock,
		ResourceName:      "depctl-gate",
		ResourceNamespace: "", // that of --namespace
	}}
}

// identity returns a name that no other gate has: that of the machine, and a random part.
func identity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + "_" + string(uuid.NewUUID())
}

func (e *election) addFlags(flags *pflag.FlagSet) {
	electionflags.BindLeaderElectionFlags(&e.LeaderElectionConfiguration, flags)
}

// validate checks what client-go would say in words that name no flag.
func (e *election) validate() error {
	lease, renew, retry := e.LeaseDuration.Duration, e.RenewDeadline.Duration, e.RetryPeriod.Duration
	switch {
	case !e.LeaderElect:
		return nil
	case e.ResourceLock != resourcelock.LeasesResourceLock:
		return fmt.Errorf("--leader-elect-resource-lock must be %s, got %q", resourcelock.LeasesResourceLock, e.ResourceLock)
	case lease < time.Second || lease <= renew:
		return fmt.Errorf("--leader-elect-lease-duration must be at least 1s and longer than --leader-elect-renew-deadline, got %s and %s", lease, renew)
	case retry <= 0 || float64(renew) <= leaderelection.JitterFactor*float64(retry):
		return fmt.Errorf("--leader-elect-renew-deadline must be longer than %.1f times --leader-elect-retry-period, got %s and %s",
			leaderelection.JitterFactor, renew, retry)
	}
	return nil
}

// errLost ends a gate that another one may have replaced.
var errLost = errors.New("lost the lease; another gate may lead now")

// run calls lead as soon as this gate is the leader, and gives the leadership up
// when lead has returned after the end of ctx. It returns errLost if it was lost
// before.
func (e *election) run(ctx context.Context, config *rest.Config, lead func(context.Context)) error {
	if !e.LeaderElect {
		lead(ctx)
		return nil
	}
	// A lease that is not renewed in time because of other requests would be
	// lost for nothing.
	config = rest.CopyConfig(config)
	config.QPS, config.Burst, config.Timeout = 0, 0, e.RenewDeadline.Duration/2
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making the client for the leader election: %w", err)
	}
	lock, err := resourcelock.New(e.ResourceLock, e.ResourceNamespace, e.ResourceName,
		client.CoreV1(), client.CoordinationV1(),
		resourcelock.ResourceLockConfig{Identity: e.identity})
	if err != nil {
		return fmt.Errorf("making the lock for the leader election: %w", err)
	}
	e.before.Interface = lock
	lock = e.before
	// The lease outlives ctx, until all that was under way is done.
	holding, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: lock, Name: e.ResourceName, ReleaseOnCancel: !e.keeps,
		LeaseDuration: e.LeaseDuration.Duration, RenewDeadline: e.RenewDeadline.Duration, RetryPeriod: e.RetryPeriod.Duration,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(held context.Context) {
				defer giveUp()
				leading, stop := context.WithCancel(held)
				defer context.AfterFunc(ctx, stop)()
				defer stop()
				lead(leading)
			},
			OnStoppedLeading: func() {},
			OnNewLeader: func(name string) {
				klog.FromContext(ctx).Info("A gate leads", "leader", name, "this", name == lock.Identity())
			},
		},
	})
	if err != nil {
		return fmt.Errorf("setting up the leader election: %w", err)
	}
	defer context.AfterFunc(ctx, func() {
		if !elector.IsLeader() {
			giveUp()
		}
	})()
	elector.Run(holding)
	if ctx.Err() == nil {
		return errLost
	}
	return nil
}
