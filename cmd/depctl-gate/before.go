package main

import (
	"context"
	"sync"
	"time"

	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// before is the lock of the leader election. It notes until when another gate led before this
// one.
type before struct {
	resourcelock.Interface

	mu    sync.Mutex
	last  resourcelock.LeaderElectionRecord
	until time.Time
}

// Get returns the lease as it is.
func (b *before) Get(ctx context.Context) (*resourcelock.LeaderElectionRecord, []byte, error) {
	record, raw, err := b.Interface.Get(ctx)
	if err == nil {
		b.mu.Lock()
		b.last = *record
		b.mu.Unlock()
	}
	return record, raw, err
}

// Update writes the lease.
func (b *before) Update(ctx context.Context, record resourcelock.LeaderElectionRecord) error {
	if err := b.Interface.Update(ctx, record); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if record.HolderIdentity == b.Identity() && b.last.HolderIdentity != b.Identity() {
		b.until = b.last.RenewTime.Time
	}
	b.last = record
	return nil
}

// ledUntil returns until when another gate led, zero if that is not known.
func (e *election) ledUntil() time.Time {
	e.before.mu.Lock()
	defer e.before.mu.Unlock()
	return e.before.until
}
