package limits

import (
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
)

// limitJSON is a limit as "depctl limits -o json" prints it. Its names are a promise.
type limitJSON struct {
	Namespace string `json:"namespace"`
	Limit     string `json:"limit"`
	// Tokens is left out where there is no such limit, or it is not known.
	Tokens  *int64       `json:"tokens,omitempty"`
	Problem string       `json:"problem,omitempty"`
	Used    int64        `json:"used"`
	Waiting int          `json:"waiting"`
	UsedBy  []holderJSON `json:"usedBy"`
	// Line is in the order in which tokens are given.
	Line []waiterJSON `json:"line"`
}

type holderJSON struct {
	Object string `json:"object"`
	Tokens int64  `json:"tokens"`
	Since  string `json:"since,omitempty"`
}

type waiterJSON struct {
	Job      string `json:"job"`
	Tokens   int64  `json:"tokens"`
	Priority int64  `json:"priority"`
	Since    string `json:"since,omitempty"`
	// Possible tells that there are enough tokens in all, and Why what keeps it waiting.
	Possible bool   `json:"possible"`
	Why      string `json:"why"`
}

func (o *limitsOptions) json(all []snapshot.Limit) []limitJSON {
	list := make([]limitJSON, len(all))
	for i, l := range all {
		j := limitJSON{
			Namespace: l.Name.Namespace, Limit: l.Name.Key, Problem: l.Problem, Used: l.Used, Waiting: len(l.Waiters),
			UsedBy: []holderJSON{}, Line: []waiterJSON{},
		}
		if l.Problem == "" && l.Unread == "" && !l.Boundless {
			j.Tokens = &all[i].Tokens
		}
		for _, h := range l.Holders {
			j.UsedBy = append(j.UsedBy, holderJSON{h.Ref.String(), h.Tokens, picture.Timestamp(h.Since)})
		}
		for _, w := range l.Waiters {
			j.Line = append(j.Line, waiterJSON{w.Ref.String(), w.Tokens, w.Priority, picture.Timestamp(w.Since), w.Possible, w.Why})
		}
		list[i] = j
	}
	return list
}
