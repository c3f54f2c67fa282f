package imitation

import (
	"context"
)

// Wait returns a Job that was submitted once it has ended, with the exit codes of its
// elements.
func (s *Session) Wait(ctx context.Context, r *Receipt) (*Job, error) {
	queue, err := s.Queue()
	if err != nil {
		return nil, err
	}
	submitter := queue.Submitter()
	done, err := submitter.Wait(ctx, r.Job, func(string) {}, func(string) {})
	if err != nil {
		return nil, err
	}
	pods, err := submitter.FailedPods(ctx, done)
	if err != nil {
		return nil, err
	}
	return Observe(done, pods), nil
}
