package access

import (
	"context"
	"fmt"
	"sync"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// askTimeout is how long one review may take.
const askTimeout = 10 * time.Second

// Reviews asks the API server for the rights of somebody;
// client.AuthorizationV1().SubjectAccessReviews() is one.
type Reviews interface {
	Create(context.Context, *authorizationv1.SubjectAccessReview, metav1.CreateOptions) (*authorizationv1.SubjectAccessReview, error)
}

// Run asks until ctx is done.
func (r *Rights) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for range askers {
		wg.Go(func() {
			for {
				q, shutdown := r.queue.Get()
				if shutdown {
					return
				}
				r.ask(ctx, q)
				r.queue.Done(q)
			}
		})
	}
	<-ctx.Done()
	r.queue.ShutDown()
	wg.Wait()
}

// ask asks one question, if it is time to, and enqueues the Jobs that the answer
// is news to.
func (r *Rights) ask(ctx context.Context, q gate.Question) {
	asked := r.begin(q)
	if asked == nil {
		return
	}
	sent := r.clock.Now()
	value, err := r.review(ctx, q)
	if err != nil && ctx.Err() == nil {
		klog.FromContext(ctx).Error(err, "The right of a service account is not known, asking again",
			"serviceAccount", klog.KRef(q.Namespace, q.Account), "verb", q.Verb, "job", klog.KRef(q.Target, q.Name))
	}
	for _, ref := range r.end(q, asked, value, sent, err) {
		r.enqueue(ref)
	}
}

// begin returns what is to be asked now; nil if nothing is. Then the question is
// either in the queue for later, or forgotten.
func (r *Rights) begin(q gate.Question) *answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, now, slot := r.answers[q], r.clock.Now(), r.slots[q.Namespace]
	switch {
	case a == nil:
		return nil
	case len(a.told) == 0:
		a.urgent = false
		if over := a.at.Add(maxAge); now.Before(over) {
			r.queue.AddAfter(q, over.Sub(now))
		} else {
			delete(r.answers, q)
			if now.After(slot) {
				delete(r.slots, q.Namespace)
			}
		}
		return nil
	case a.urgent:
		return a
	case now.Before(a.due):
		r.queue.AddAfter(q, a.due.Sub(now))
		return nil
	case !a.reserved && now.Before(slot):
		a.due, a.reserved = slot, true
		r.slots[q.Namespace] = slot.Add(askGap)
		r.queue.AddAfter(q, a.due.Sub(now))
		return nil
	case !a.reserved:
		r.slots[q.Namespace] = now.Add(askGap)
	}
	// From here to end, a Job that needs the answer does not ask again.
	a.urgent = true
	return a
}

// end takes in an answer, or that there was none, and returns the Jobs that have
// seen another.
func (r *Rights) end(q gate.Question, a *answer, value gate.Answer, sent time.Time, err error) (news []lang.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.urgent, a.reserved, a.failed, a.hurried = false, false, err != nil, time.Time{}
	switch {
	case err == nil && value == gate.Allowed:
		a.wait = reAsk
	default:
		a.wait = min(max(2*a.wait, firstAsk), lastAsk)
	}
	if err == nil {
		if a.value == gate.Allowed && value == gate.Denied {
			a.wait = firstAsk
		}
		a.value, a.at = value, sent
		for ref, told := range a.told {
			if told.value != value {
				news = append(news, ref)
			}
		}
	}
	a.due = r.clock.Now().Add(a.wait)
	r.queue.AddAfter(q, a.wait)
	return news
}

// Ask asks the API server at once, and remembers nothing.
func (r *Rights) Ask(ctx context.Context, q gate.Question) (gate.Answer, error) {
	return r.review(ctx, q)
}

// review asks the API server. It answers Allowed or Denied, or with an error.
func (r *Rights) review(ctx context.Context, q gate.Question) (gate.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	review, err := r.reviews.Create(ctx, q.Review(), metav1.CreateOptions{})
	switch {
	case err != nil:
		return gate.Unasked, fmt.Errorf("reviewing the access of a service account: %w", err)
	case review.Status.Allowed:
		return gate.Allowed, nil
	default:
		return gate.Denied, nil
	}
}
