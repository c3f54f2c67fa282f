package snapshot

import (
	"strings"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
)

// heardTokens is what can be told of tokens by who is not the gate: what the gate wrote on
// the Job. A plan takes tokens for free.
type heardTokens struct{ free bool }

// Grant returns what the gate has said of the tokens of a Job.
func (h heardTokens) Grant(job gate.Job, _ limit.Needs) gate.Grant {
	if c := job.Condition; !h.free && c != nil && c.Reason == gate.ReasonLimitReached {
		_, short, _ := strings.Cut(c.Message, ": ")
		return gate.Grant{Short: short}
	}
	return gate.Grant{Given: true}
}

func (w *World) tokens() gate.Tokens {
	_, hopeful := w.Access.(Hopeful)
	return heardTokens{free: hopeful}
}
