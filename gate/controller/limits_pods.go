package controller

import (
	"context"
	"fmt"
	"maps"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/pager"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/gate/metrics"
	"depctl.dev/lang"
)

// lookAtGone is how soon the pods of Jobs that are gone are looked at: those that were being
// made when a Job went are there by then. Pods that run on are looked at less and less often,
// down to once in mostLookAtGone.
const (
	lookAtGone     = 2 * time.Second
	mostLookAtGone = 30 * time.Second
)

// look is when the pods of a namespace are looked at next, and how long after that again.
type look struct {
	next time.Time
	wait time.Duration
}

// runLimits counts what is in use before anything is given, and from then on takes back the
// tokens of Jobs that are gone once their pods are over, and tells of limits.
func (c *Controller) runLimits(ctx context.Context) {
	logger := klog.FromContext(ctx)
	wait := firstRetry
	for {
		err := c.countTokens(ctx)
		if err == nil {
			break
		}
		logger.Error(err, "Counting the tokens in use, trying again")
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
			wait = min(2*wait, lastRetry)
		}
	}
	c.decideAll(c.store.usingLimits())
	var gauge metrics.LimitGauge
	ticker := time.NewTicker(lookAtGone)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			gauge.Tell(c.store.limits.tell())
			c.decideAll(c.store.limits.expire())
			for _, namespace := range c.store.limits.goneFrom(c.clock.Now()) {
				if err := c.lookAtGone(ctx, namespace); err != nil {
					logger.Error(err, "Looking for pods that hold tokens, trying again", "namespace", namespace)
				}
			}
		}
	}
}

func (c *Controller) decideAll(refs []lang.Ref) {
	now := c.stopwatch.Clock.Now()
	for _, ref := range refs {
		c.enqueue(ref, now)
	}
}

// countTokens reads all Jobs and marked pods as they are by now. The watch may be behind: the
// gate that led before may have released a Job a moment ago.
func (c *Controller) countTokens(ctx context.Context) error {
	known := map[types.UID]bool{}
	jobs := pager.New(func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return c.client.BatchV1().Jobs(metav1.NamespaceAll).List(ctx, o)
	})
	err := jobs.EachListItem(ctx, metav1.ListOptions{}, func(object runtime.Object) error {
		job, ok := object.(*batchv1.Job)
		if !ok {
			return fmt.Errorf("expected a Job, got %T", object)
		}
		observed := gate.Observe(job)
		known[observed.UID] = true
		c.store.limits.count(observed, c.store.holds(observed))
		return nil
	})
	if err != nil {
		return fmt.Errorf("listing Jobs: %w", err)
	}
	pods, now := map[types.UID][]*corev1.Pod{}, c.clock.Now()
	marked := pager.New(func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		o.LabelSelector = gate.TokensLabel
		return c.client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, o)
	})
	err = marked.EachListItem(ctx, metav1.ListOptions{}, func(object runtime.Object) error {
		if pod, ok := object.(*corev1.Pod); ok {
			switch owner := gate.JobOfPod(pod); {
			case owner != "" && !known[owner]:
				pods[owner] = append(pods[owner], pod)
			case owner != "":
				c.store.limits.countPod(pod)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("listing pods: %w", err)
	}
	for uid, list := range pods {
		holds, err := c.heldByPods(ctx, list)
		if err != nil {
			return err
		}
		c.store.limits.left(uid, list[0].Namespace, holds, now)
	}
	if err := c.countPriorities(ctx); err != nil {
		return err
	}
	c.store.limits.begin()
	return nil
}

// heldByPods returns what pods take. Nobody but the Job controller should make such pods, but
// anybody may: of another namespace's limits only what their service account may use counts.
func (c *Controller) heldByPods(ctx context.Context, pods []*corev1.Pod) (limit.Needs, error) {
	sum, may := map[limit.Name]int64{}, map[gate.Question]bool{}
	for _, pod := range pods {
		account := gate.Job{Namespace: pod.Namespace, ServiceAccount: pod.Spec.ServiceAccountName}
		for _, need := range gate.PodTokens(pod) {
			q := account.UsesLimits(need.Limit.Namespace)
			if _, asked := may[q]; !asked && need.Limit.Namespace != pod.Namespace {
				review, err := c.client.AuthorizationV1().SubjectAccessReviews().Create(ctx, q.Review(), metav1.CreateOptions{})
				if err != nil {
					return nil, fmt.Errorf("asking for a right: %w", err)
				}
				may[q] = review.Status.Allowed
			}
			if need.Limit.Namespace == pod.Namespace || may[q] {
				sum[need.Limit] += need.Tokens
			}
		}
	}
	var all limit.Needs
	for name, n := range sum {
		all = append(all, limit.Need{Limit: name, Tokens: n})
	}
	return all.Larger(nil), nil
}

// lookAtGone looks which pods are left in a namespace of Jobs that are gone.
func (c *Controller) lookAtGone(ctx context.Context, namespace string) error {
	began := c.clock.Now()
	list, err := c.client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: gate.TokensLabel})
	if err != nil {
		return err
	}
	left := map[types.UID]bool{}
	for i := range list.Items {
		if owner := gate.JobOfPod(&list.Items[i]); owner != "" && gate.PodTokens(&list.Items[i]) != nil {
			left[owner] = true
		}
	}
	c.decideAll(c.store.limits.settle(namespace, left, began))
	return nil
}

// count takes in a Job that was read when this gate began to lead.
func (l *limits) count(job gate.Job, holds limit.Needs) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started(job)
	if job.ElementTakes() != nil {
		l.counted[job.UID] = countedJob{job.Namespace, job.Released}
		l.elementsOf(job, nil)
	}
	if len(holds) > 0 {
		l.counted[job.UID] = countedJob{job.Namespace, job.Released}
		l.pool.Hold(job.UID, holds)
	}
}

// left takes in what the pods of a Job hold that is gone.
func (l *limits) left(uid types.UID, namespace string, holds limit.Needs, now time.Time) {
	if len(holds) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.goes(uid, namespace, now)
	if el := l.elements[uid]; el != nil { // the watch is behind
		el.left = holds
		l.holdElements(uid, el)
		return
	}
	l.pool.Hold(uid, holds)
}

// begin has tokens given from now on.
func (l *limits) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = true
}

// goes notes that a Job has gone that has tokens. The pods of its namespace are looked at soon.
func (l *limits) goes(uid types.UID, namespace string, now time.Time) {
	l.gone[uid] = goneJob{namespace, now}
	delete(l.looks, namespace)
}

// goneFrom returns the namespaces in which it is time to look at the pods of Jobs that are gone
// for long enough.
func (l *limits) goneFrom(now time.Time) (namespaces []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	there := map[string]bool{}
	for _, gone := range l.gone {
		there[gone.namespace] = true
		if next := l.looks[gone.namespace]; now.Sub(gone.since) >= lookAtGone && !now.Before(next.next) {
			next.wait = max(min(2*next.wait, mostLookAtGone), lookAtGone)
			next.next = now.Add(next.wait)
			l.looks[gone.namespace] = next
			namespaces = append(namespaces, gone.namespace)
		}
	}
	maps.DeleteFunc(l.looks, func(namespace string, _ look) bool { return !there[namespace] })
	return namespaces
}

// settle takes back what Jobs of a namespace had that were gone before a look began, and of
// which no pod is left.
func (l *limits) settle(namespace string, left map[types.UID]bool, began time.Time) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	for uid, gone := range l.gone {
		if gone.namespace == namespace && !left[uid] && began.Sub(gone.since) >= lookAtGone {
			delete(l.gone, uid)
			delete(l.elements, uid)
			l.pool.Release(uid)
		}
	}
	return l.next()
}
