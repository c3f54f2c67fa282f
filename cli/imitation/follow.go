package imitation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
)

// followPause is how often it is asked whether a pod has begun.
const followPause = 200 * time.Millisecond

// Follow writes the output of a Job that has one pod, from its start to its end.
func (s *Session) Follow(ctx context.Context, r *Receipt, out io.Writer) error {
	queue, err := s.Queue()
	if err != nil {
		return err
	}
	err = wait.PollUntilContextCancel(ctx, followPause, true, func(ctx context.Context) (bool, error) {
		jobs, err := s.Jobs(ctx, Query{IDs: []int64{r.ID}, Exits: true})
		if err != nil || len(jobs) == 0 {
			return false, errors.Join(err, missing(len(jobs) == 0, r))
		}
		e := jobs[0].Elements[0]
		return e.State == Running && e.Pod != "" || e.State.Ended(), nil
	})
	if err != nil {
		return err
	}
	pods, err := queue.Pods(ctx, batchLabel(r), "")
	if err != nil || len(pods) == 0 {
		return err // it never had one
	}
	return queue.Log(ctx, pods[len(pods)-1].Name, &corev1.PodLogOptions{Follow: true}, out)
}

func missing(is bool, r *Receipt) error {
	if !is {
		return nil
	}
	return fmt.Errorf("job %d is not there any more", r.ID)
}

func batchLabel(r *Receipt) string { return "batch.kubernetes.io/job-name=" + r.Job.Name }
