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
	if t.listed && t.begun && !t.ready() {
		return gate.Grant{Problem: &lang.Problem{Code: lang.ProblemUnasked, Message: "this gate has still to list the pods that are starting"}}
	}
	if !t.ready() {
		return gate.Grant{Problem: &lang.Problem{Code: lang.ProblemUnasked, Message: "this gate has just begun to lead, and counts the tokens that are in use"}}
	}
	if given, has := t.given[job.UID]; has && slices.Equal(given.Needs, needs) && !t.exceeded(needs) {
		return gate.Grant{Given: true}
	}
	return t.said.Lack(t.pool, job, needs)
}

// exceeded reports whether a limit was lowered, or removed, below what is held of it.
func (l *limits) exceeded(needs limit.Needs) bool {
	return slices.ContainsFunc(needs, func(n limit.Need) bool {
		there, used, exists := l.pool.Tokens(n.Limit)
		return !exists || used > there
	})
}
