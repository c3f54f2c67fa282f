package controller

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// doubts returns the pods of a Job that are in doubt, but for those that are about to be let go.
func (l *limits) doubts(uid types.UID, but *gate.Elements) map[types.UID]bool {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	el := l.elements[uid]
	if el == nil {
		return nil
	}
	doubts := map[types.UID]bool{}
	for pod, doubt := range el.pods {
		if doubt {
			doubts[pod] = true
		}
	}
	if but != nil {
		for _, pod := range but.Open {
			delete(doubts, pod.UID)
		}
	}
	return doubts
}

// lookAtElements looks which pods of a Job have been let go of which that is in doubt. Nobody
// else sends a patch of them meanwhile: a Job has one decider at a time.
func (c *Controller) lookAtElements(ctx context.Context, job gate.Job, but *gate.Elements) error {
	doubts := c.store.limits.doubts(job.UID, but)
	if len(doubts) == 0 {
		return nil
	}
	list, err := c.client.CoreV1().Pods(job.Namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID)})
	if err != nil {
		return fmt.Errorf("looking which elements have been let go: %w", err)
	}
	letGo := map[types.UID]bool{}
	for i := range list.Items {
		if pod, owner, ok := gate.ObservePod(&list.Items[i]); ok && owner == job.Owner() && pod.LetGo() {
			letGo[pod.UID] = true
		}
	}
	c.decideAll(c.store.limits.settleDoubts(job.UID, doubts, letGo))
	return nil
}

// settleDoubts takes in which of the pods that were in doubt have been let go.
func (l *limits) settleDoubts(uid types.UID, doubts, letGo map[types.UID]bool) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	el := l.elements[uid]
	if el == nil {
		return nil
	}
	for pod := range doubts {
		if !el.pods[pod] { // it has told meanwhile
			continue
		}
		if el.pods[pod] = false; !letGo[pod] {
			delete(el.pods, pod)
		}
	}
	l.holdElements(uid, el)
	return l.next()
}

// lookAtRelease looks whether a Job was released of which that is in doubt, and which is not to be
// released any more. If it was not, it gives back its tokens, and is decided again.
func (c *Controller) lookAtRelease(ctx context.Context, job gate.Job, d gate.Decision) error {
	if d.Action == gate.Releasing || !c.store.limits.doubtsRelease(job.UID) {
		return nil
	}
	if err := c.takeBack(ctx, job); err != nil {
		return err
	}
	c.queue.Add(job.Ref())
	return nil
}

// doubtsRelease reports whether a Job may have been released, or not.
func (l *limits) doubtsRelease(uid types.UID) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent[uid]
}

// notReleased takes in that a Job was not released.
func (l *limits) notReleased(uid types.UID) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.giveBack(uid)
	return l.next()
}
