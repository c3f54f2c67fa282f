package controller

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/gate/fairness"
	"depctl.dev/gate/metrics"
	"depctl.dev/lang"
)

const (
	// conditionWriters is how many conditions are written at once.
	conditionWriters = 2
	// firstRewrite and lastRewrite are how long a condition that could not be
	// written waits for the next try. Nobody waits for it.
	firstRewrite = time.Second
	lastRewrite  = 5 * time.Minute
)

// conditions writes to the Jobs how their dependencies stand. It keeps no word
// of it: its queue has names of Jobs, and what is to be said of one is found out
// when its turn comes, from the Job and a decision of that moment. So of all that
// was to be said meanwhile only the last is written, the memory is that of the
// names, and a gate that starts anew goes on where the last one was.
//
// Deciders never wait for it: they leave a name and go on. It has a client and a
// rate of its own.
type conditions struct {
	writer  writer
	store   *store
	queue   workqueue.TypedRateLimitingInterface[lang.Ref]
	limiter flowcontrol.RateLimiter
	clock   clock.PassiveClock
}

// newConditions returns what writes up to so many conditions a second.
func newConditions(w writer, rate float32, store *store, clock clock.PassiveClock) *conditions {
	return &conditions{
		writer: w,
		store:  store,
		queue: workqueue.NewTypedRateLimitingQueueWithConfig(
			workqueue.NewTypedItemExponentialFailureRateLimiter[lang.Ref](firstRewrite, lastRewrite),
			workqueue.TypedRateLimitingQueueConfig[lang.Ref]{Name: "conditions", DelayingQueue: fairness.Delaying("conditions", fairness.NewJobQueue())}),
		limiter: flowcontrol.NewTokenBucketRateLimiter(rate, max(1, int(rate))),
		clock:   clock,
	}
}

// note is told of every decision that leaves a Job as it is. It takes the name
// of the Job if there is something to say, or may be later: while a Job waits it
// is looked at again, at most every 11 s and at least every 5 minutes, since what
// it waits for may change without changing the decision. Without a writer nothing
// is said.
func (c *conditions) note(job gate.Job, d gate.Decision) {
	if c == nil {
		return
	}
	now := c.clock.Now()
	if _, due, _ := gate.NextCondition(job, d, now); !due.IsZero() {
		c.queue.AddAfter(job.Ref(), due.Sub(now))
	}
}

// run writes until ctx is done. What is left then, the next gate writes.
func (c *conditions) run(ctx context.Context) {
	var wg sync.WaitGroup
	for range conditionWriters {
		wg.Go(func() { c.work(ctx) })
	}
	<-ctx.Done()
	c.queue.ShutDown()
	wg.Wait()
}

func (c *conditions) work(ctx context.Context) {
	for {
		ref, shutdown := c.queue.Get()
		if shutdown {
			return
		}
		switch wait, err := c.sync(ctx, ref); {
		case err == nil:
			c.queue.Forget(ref)
			if wait > 0 {
				c.queue.AddAfter(ref, wait)
			}
		case errors.Is(err, context.Canceled):
		default:
			klog.FromContext(ctx).Error(err, "The condition of a Job was not written, trying again", "job", klog.KRef(ref.Namespace, ref.Name))
			c.queue.AddRateLimited(ref)
		}
		c.queue.Done(ref)
	}
}

// sync writes the condition of a Job if there is something to say and it is time
// to, and returns after how long to look again if not, 0 for never.
func (c *conditions) sync(ctx context.Context, ref lang.Ref) (wait time.Duration, err error) {
	if _, _, wait, news := c.next(ref); !news || wait > 0 {
		return wait, nil
	}
	if err := c.limiter.Wait(ctx); err != nil {
		return 0, fmt.Errorf("waiting to write a condition: %w", err)
	}
	job, condition, wait, news := c.next(ref) // waiting for the rate took time
	if !news || wait > 0 {
		return wait, nil
	}
	return c.write(ctx, job, condition)
}

// next is gate.NextCondition for the Job and the decision about it as they are
// now.
func (c *conditions) next(ref lang.Ref) (gate.Job, gate.Condition, time.Duration, bool) {
	job, d, exists := c.store.decide(ref)
	if !exists {
		return gate.Job{}, gate.Condition{}, 0, false
	}
	now := c.clock.Now()
	condition, due, news := gate.NextCondition(job, d, now)
	if due.Before(now) {
		due = now
	}
	if news && c.store.isEnding(job) {
		due = now.Add(ending)
	}
	return job, condition, due.Sub(now), news
}

// ending is how long a condition waits while others write to the Job, such as the Job controller that it is complete. To
// write between would cost that a second: it begins anew after a conflict, as if it had not been nudged.
const ending = time.Second

// write writes the condition, or returns after how long to look again since the Job has changed: maybe in nothing that is
// worth another decision, so nobody else would.
func (c *conditions) write(ctx context.Context, job gate.Job, condition gate.Condition) (wait time.Duration, err error) {
	patch, err := gate.ConditionPatch(job, condition)
	if err != nil {
		return 0, err
	}
	var of []string
	if patch.Of != "" {
		of = []string{patch.Of}
	}
	patched, err := c.writer.patch(ctx, job, patch.How, patch.Patch, of...)
	switch {
	case apierrors.IsNotFound(err):
		return 0, nil // the watch will say so
	case apierrors.IsConflict(err):
		return ending, nil
	case err != nil:
		metrics.ConditionWrites.WithLabelValues("error").Inc()
		return 0, fmt.Errorf("writing condition %s: %w", condition.Reason, err)
	}
	metrics.ConditionWrites.WithLabelValues("written").Inc()
	c.store.answered(patched)
	klog.FromContext(ctx).V(2).Info("Wrote condition", "job", klog.KRef(job.Namespace, job.Name), "uid", job.UID,
		"status", condition.Status, "reason", condition.Reason)
	return 0, nil
}
