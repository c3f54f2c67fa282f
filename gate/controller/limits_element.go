package controller

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// opened are the pods of a Job each of which has tokens of its own, from the decision to let
// it go until it is over. The lock of limits guards it.
type opened struct {
	owner gate.Owner
	ref   lang.Ref
	each  limit.Needs
	// pods have been let go, or a patch that does so was sent, and are not over. Those are
	// true that are in doubt: it is not known whether the patch was carried out, or whether
	// they are still there. Only they themselves end that, or a look at them.
	pods map[types.UID]bool
	// given is for how many more the Job has tokens, of which nothing was sent yet, and
	// wanted for how many more it is in line.
	given, wanted int
	// left is what pods hold that were counted while the Job was taken for gone.
	left limit.Needs
}

// elementsOf returns what is known of a Job whose elements take tokens one by one. pods are
// those that are known of it.
func (l *limits) elementsOf(job gate.Job, pods []gate.Pod) *opened {
	el := l.elements[job.UID]
	if el == nil {
		el = &opened{owner: job.Owner(), pods: map[types.UID]bool{}}
		if _, gone := l.gone[job.UID]; gone { // the watch is behind
			el.left = l.pool.Held(job.UID)
		}
		for _, pod := range pods {
			if pod.LetGo() {
				el.pods[pod.UID] = false
			}
		}
		l.elements[job.UID] = el
	}
	el.ref = job.Ref()
	if each := job.ElementTakes(); each != nil {
		el.each = each
	}
	return el
}

// again reports whether the patch that lets a pod go may be sent once more, with the token that
// the pod has. Where a limit was lowered since, one that is in doubt is looked at instead: it may
// not have been let go, and must not be any more.
func (el *opened) again(pod types.UID, exceeded bool) bool {
	doubt, sent := el.pods[pod]
	return sent && !(doubt && exceeded)
}

// byElement takes in a Job that was released element by element. What its release was given
// is for the first that is let go.
func (l *limits) byElement(job gate.Job) {
	el := l.elements[job.UID]
	delete(l.counted, job.UID)
	if _, has := l.given[job.UID]; has {
		delete(l.given, job.UID)
		delete(l.sent, job.UID)
		el.given++
	}
	l.holdElements(job.UID, el)
}

// holdElements has a Job hold the tokens of its elements.
func (l *limits) holdElements(uid types.UID, el *opened) {
	l.pool.Hold(uid, el.each.Times(int64(len(el.pods)+el.given)).Plus(el.left))
}

// giveElement gives the tokens of one more element to the first in line, and reports whether
// its Job must be looked at for it.
func (l *limits) giveElement(uid types.UID, el *opened) (first bool) {
	el.given++
	el.wanted--
	l.holdElements(uid, el)
	if el.wanted > 0 {
		l.pool.Wait(uid, el.ref.Namespace, el.each)
	} else {
		delete(l.waiting, uid)
	}
	return el.given == 1
}

// giveBackElements gives back what a Job has for elements of which nothing was sent.
func (l *limits) giveBackElements(uid types.UID) {
	if el := l.elements[uid]; el != nil {
		el.given, el.wanted = 0, 0
		l.holdElements(uid, el)
	}
}

// followElements keeps of the pods that are to be let go those that have their tokens, and has
// the Job in line for the others. What was given to it and is not used is given back.
func (l *limits) followElements(job gate.Job, d gate.Decision, rank time.Duration) {
	el := l.elements[job.UID]
	free, wanted, exceeded := el.given, 0, l.exceeded(el.each)
	if exceeded {
		free = 0
	}
	if d.Wants != nil {
		wanted = d.Elements.Short
	}
	if d.Elements != nil {
		may := d.Elements.Open[:0]
		for _, pod := range d.Elements.Open {
			if !el.again(pod.UID, exceeded) {
				if free == 0 { // a limit has been lowered meanwhile
					wanted++
					continue
				}
				free--
			}
			el.pods[pod.UID] = true
			may = append(may, pod)
		}
		d.Elements.Open = may
	}
	l.giveBackElements(job.UID)
	if wanted == 0 {
		l.pool.Leave(job.UID)
		delete(l.waiting, job.UID)
		return
	}
	el.wanted = wanted
	l.wait(job.UID, gate.ClaimOf(job, el.each, rank, l.classes))
}

// elementChanged takes in a pod of a Job of which each has tokens of its own, and returns the
// Jobs that have been given tokens. What is known of the pod counts: what came may be older.
func (s *store) elementChanged(owner gate.Owner, pod gate.Pod, gone bool) []lang.Ref {
	if s.limits == nil {
		return nil
	}
	if known, is := s.pods.get(owner, pod); is {
		pod = known
	}
	return s.limits.podChanged(owner, pod, gone)
}

func (l *limits) podChanged(owner gate.Owner, pod gate.Pod, gone bool) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	el := l.elements[owner.UID]
	if el == nil || el.owner != owner {
		return nil
	}
	_, has := el.pods[pod.UID]
	switch {
	case pod.Ended:
		delete(el.pods, pod.UID)
	case gone && has: // or it lost the label by which it is watched
		el.pods[pod.UID] = true
	case gone:
	case pod.LetGo():
		el.pods[pod.UID] = false
	}
	if _, still := el.pods[pod.UID]; has == still {
		return nil
	}
	l.holdElements(owner.UID, el)
	return l.next()
}

// relistedPods takes in a list of all pods. It may be older than what was answered or counted:
// which are not in it is in doubt.
func (l *limits) relistedPods(of map[gate.Owner][]gate.Pod) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	for uid, el := range l.elements {
		listed := map[types.UID]bool{}
		for _, pod := range of[el.owner] {
			switch listed[pod.UID] = true; {
			case pod.Ended:
				delete(el.pods, pod.UID)
			case pod.LetGo():
				el.pods[pod.UID] = false
			}
		}
		for pod := range el.pods {
			if !listed[pod] {
				el.pods[pod] = true
			}
		}
		l.holdElements(uid, el)
	}
	return l.next()
}

// countPod takes in a pod that was read when this gate began to lead.
func (l *limits) countPod(read *corev1.Pod) {
	pod, owner, ok := gate.ObservePod(read)
	if !ok || !pod.LetGo() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if el := l.elements[owner.UID]; el != nil && el.owner == owner {
		el.pods[pod.UID] = false
		l.holdElements(owner.UID, el)
	}
}
