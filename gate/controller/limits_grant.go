package controller

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
	if !t.listed || !t.begun {
		return gate.Grant{Problem: &lang.Problem{Code: lang.ProblemUnasked, Message: "this gate has just begun to lead, and counts the tokens that are in use"}}
	}
	if given, has := t.given[job.UID]; has && slices.Equal(given.needs, needs) && !t.exceeded(needs) {
		return gate.Grant{Given: true}
	}
	var short []string
	for _, need := range needs {
		there, used, exists := t.pool.Tokens(need.Limit)
		switch {
		case !exists:
			return gate.Grant{Problem: &lang.Problem{Message: t.missing(need.Limit)}}
		case there == 0:
			short = append(short, fmt.Sprintf("%s is closed, with 0 tokens", need.Limit))
		case need.Tokens > there:
			fewer := "spec.parallelism"
			if job.Object.Array != nil {
				fewer = gate.ArrayLimitAnnotation
			}
			return gate.Grant{Problem: &lang.Problem{Message: fmt.Sprintf(
				"its %d pods take %d tokens of %s together, which has %d in all: raise the limit, or lower %s", job.Pods(), need.Tokens, need.Limit, there, fewer)}}
		case need.Tokens > there-used:
			short = append(short, fmt.Sprintf("%d of %s, of which %d of %d are in use", need.Tokens, need.Limit, used, there))
		}
	}
	if len(short) == 0 {
		return gate.Grant{Short: "others are before it in line for " + needs.String()}
	}
	return gate.Grant{Short: strings.Join(short, ", ")}
}

// exceeded reports whether a limit was lowered, or removed, below what is held of it.
func (l *limits) exceeded(needs limit.Needs) bool {
	return slices.ContainsFunc(needs, func(n limit.Need) bool {
		there, used, exists := l.pool.Tokens(n.Limit)
		return !exists || used > there
	})
}

func (l *limits) missing(name limit.Name) string {
	if wrong := l.wrong[name]; wrong != "" {
		return fmt.Sprintf("limit %s in ConfigMap %s/%s: %s", name.Key, name.Namespace, gate.LimitsName, wrong)
	}
	keys := slices.Sorted(maps.Keys(l.said[name.Namespace]))
	hint := ""
	if near := lang.Nearest(name.Key, keys); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Sprintf("there is no limit %s in ConfigMap %s/%s%s", name.Key, name.Namespace, gate.LimitsName, hint)
}
