package call

import (
	"context"
	"errors"
	"time"
)

// errBusy is the error of a call that found no slot in time.
var errBusy = errors.New("too many commands run at once: try again in a moment")

// slots bounds how many commands run at once.
type slots struct {
	free chan struct{}
	// patience is how long one waits for a slot.
	patience time.Duration
}

func newSlots(n int, patience time.Duration) slots {
	return slots{make(chan struct{}, n), patience}
}

// take waits for a slot, and returns what gives it back.
func (s slots) take(ctx context.Context) (func(), error) {
	timer := time.NewTimer(s.patience)
	defer timer.Stop()
	select {
	case s.free <- struct{}{}:
		return func() { <-s.free }, nil
	case <-timer.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
