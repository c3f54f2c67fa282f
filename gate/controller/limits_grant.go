package controller

import (
	"slices"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// tokens is what one decision sees of the limits.
type tokens struct {
	*limits
	access gate.Access
}

// Grant returns whether a Job has been given what it needs.
func (t tokens) Grant(job gate.Job, needs limit.Needs) gate.Grant {
	if barred := job.Barred(needs, t.access); barred != nil {
		return gate.Grant{Problem: barred}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.allow(needs)
	if unready := t.unready(); unready != nil {
		return gate.Grant{Problem: unready}
	}
	if given, has := t.given[job.UID]; has && slices.Equal(given.Needs, needs) && !t.exceeded(needs) {
		return gate.Grant{Given: true}
	}
	return t.said.Lack(t.pool, job, needs)
}

// Elements returns which pods of a Job may be let go.
func (t tokens) Elements(job gate.Job, each limit.Needs, pods []gate.Pod) ([]gate.Pod, gate.Grant) {
	if barred := job.Barred(each, t.access); barred != nil {
		return nil, gate.Grant{Problem: barred}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if unready := t.unready(); unready != nil {
		return nil, gate.Grant{Problem: unready}
	}
	free, el, exceeded := 0, t.elements[job.UID], t.exceeded(each)
	if el != nil && !exceeded {
		free = el.given
	}
	var may []gate.Pod
	for _, pod := range pods {
		sent := el != nil && el.again(pod.UID, exceeded)
		if !sent && free == 0 {
			continue
		}
		if !sent {
			free--
		}
		may = append(may, pod)
	}
	if len(may) == len(pods) {
		return may, gate.Grant{Given: true}
	}
	return may, t.said.Lack(t.pool, job, each)
}

// unready says what is still to be counted before tokens are given, nil if nothing.
func (l *limits) unready() *lang.Problem {
	switch {
	case l.ready():
		return nil
	case l.listed && l.begun:
		return &lang.Problem{Code: lang.ProblemUnasked, Message: "this gate has still to list the pods that are starting"}
	}
	return &lang.Problem{Code: lang.ProblemUnasked, Message: "this gate has just begun to lead, and counts the tokens that are in use"}
}

// exceeded reports whether a limit was lowered, or removed, below what is held of it.
func (l *limits) exceeded(needs limit.Needs) bool {
	return slices.ContainsFunc(needs, func(n limit.Need) bool {
		there, used, exists := l.pool.Tokens(n.Limit)
		return !exists || used > there
	})
}
