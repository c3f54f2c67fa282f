package admission

import (
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
)

const (
	// DefaultLifetime is how long a certificate is good for.
	DefaultLifetime = 90 * 24 * time.Hour
	// MinLifetime keeps the steps of a rotation far enough from each other.
	MinLifetime = 24 * time.Second
	// checkEvery is how often Secret and caBundles are looked at: somebody may
	// have written over them.
	checkEvery = 10 * time.Second
	// retryAfter is how long a failed step waits for the next try.
	retryAfter = time.Second
)

// KeeperOptions say which certificate is kept.
type KeeperOptions struct {
	// Namespace is that of the Secret.
	Namespace string
	// Host is the DNS name or the IP address under which API servers call.
	Host string
	// Lifetime is how long a certificate is good for; DefaultLifetime if 0.
	Lifetime time.Duration
	// Clock tells the time; the machine's by default.
	Clock clock.Clock
}

// Keeper keeps the webhook's certificate. Make one with NewKeeper and call Run
// once.
type Keeper struct {
	client    kubernetes.Interface
	namespace string
	host      string
	lifetime  time.Duration
	clock     clock.Clock

	current atomic.Pointer[certificate]
	ready   chan struct{}
	once    sync.Once
}

// NewKeeper returns a Keeper that reads and writes with this client.
func NewKeeper(client kubernetes.Interface, o KeeperOptions) *Keeper {
	if o.Lifetime == 0 {
		o.Lifetime = DefaultLifetime
	}
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	return &Keeper{
		client: client, namespace: o.Namespace, host: o.Host, lifetime: o.Lifetime, clock: o.Clock,
		ready: make(chan struct{}),
	}
}

// Ready returns a channel that is closed when there is a certificate that the
// API server trusts.
func (k *Keeper) Ready() <-chan struct{} { return k.ready }

// GetCertificate returns the certificate to serve, for a tls.Config.
func (k *Keeper) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	current := k.current.Load()
	if current == nil {
		return nil, errors.New("the webhook has no certificate yet")
	}
	return &current.pair, nil
}

// Run keeps the certificate until ctx is done.
func (k *Keeper) Run(ctx context.Context) {
	for {
		next, err := k.sync(ctx)
		if err != nil && ctx.Err() == nil {
			klog.FromContext(ctx).Error(err, "The webhook's certificate was not kept up, trying again")
			next = k.clock.Now().Add(retryAfter)
		}
		timer := k.clock.NewTimer(next.Sub(k.clock.Now()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C():
		}
	}
}

// sync goes through the three steps once, and returns when to do so again. What
// is served changes only when all that is stored is trusted.
func (k *Keeper) sync(ctx context.Context) (time.Time, error) {
	all, err := k.stored(ctx)
	if err != nil {
		return time.Time{}, err
	}
	current := k.current.Load()
	trusted := all
	if current != nil {
		// Somebody may have deleted the Secret and emptied the caBundles.
		trusted = append(slices.Clone(all), current)
	}
	now := k.clock.Now()
	if err := k.trust(ctx, trusted, now); err != nil {
		return time.Time{}, err
	}
	if chosen := choose(all, current, k.host, now); chosen != nil {
		k.serve(ctx, chosen)
	}
	return k.next(all, now), nil
}

func (k *Keeper) serve(ctx context.Context, chosen *certificate) {
	if old := k.current.Swap(chosen); old == nil || !old.pair.Leaf.Equal(chosen.pair.Leaf) {
		klog.FromContext(ctx).Info("Serving the webhook with another certificate",
			"serial", chosen.pair.Leaf.SerialNumber.Text(16), "expires", chosen.expires())
	}
	k.once.Do(func() { close(k.ready) })
}

// next returns when a certificate settles, is renewed or expires, or it is time
// to look whether all is as it was.
func (k *Keeper) next(all []*certificate, now time.Time) time.Time {
	next := now.Add(checkEvery)
	for _, c := range all {
		for _, at := range []time.Time{c.settled(), c.renewal(), c.expires()} {
			if at.After(now) && at.Before(next) {
				next = at
			}
		}
	}
	return next
}
