package status

import (
	"depctl.dev/cli/cause"
	"depctl.dev/cli/overview"
	"depctl.dev/cli/picture"
)

// statusJSON is what "depctl status -o json" prints. Its names are a promise.
type statusJSON struct {
	Jobs      int `json:"jobs"`
	Annotated int `json:"annotated"`
	// Limited counts the Jobs that wait for nothing but tokens of limits.
	Limited  int            `json:"waitingForTokens,omitempty"`
	Counts   map[string]int `json:"counts"`
	Oldest   *waiterJSON    `json:"oldest,omitempty"`
	Blockers []blockerJSON  `json:"blockers"`
	Trouble  []troubleJSON  `json:"trouble,omitempty"`
	ETA      etaJSON        `json:"eta"`
}

// troubleJSON is a cause because of which Jobs do not run, or have failed.
type troubleJSON struct {
	Jobs    int         `json:"jobs"`
	Example string      `json:"example"`
	Cause   cause.Cause `json:"cause"`
	Command string      `json:"command"`
}

type waiterJSON struct {
	Job   string `json:"job"`
	Since string `json:"since"`
}

type blockerJSON struct {
	Object   string `json:"object"`
	State    string `json:"state"`
	Since    string `json:"since,omitempty"`
	Expected string `json:"expected,omitempty"`
	HoldsUp  int    `json:"holdsUp"`
}

type etaJSON struct {
	End  string `json:"end,omitempty"`
	Last string `json:"last,omitempty"`
	// Open counts the Jobs that are not over, Unknown those of which nobody can tell
	// when they will be, Guesses those for which the median of all was taken, and
	// Learned those that told how long they took.
	Open    int `json:"open"`
	Unknown int `json:"unknown"`
	Guesses int `json:"guesses"`
	Learned int `json:"learned"`
}

func statusJSONOf(s *overview.Overview) statusJSON {
	j := statusJSON{
		Jobs: s.Jobs, Annotated: s.Annotated, Limited: s.Limited, Counts: map[string]int{}, Blockers: []blockerJSON{},
		ETA: etaJSON{End: picture.Timestamp(s.ETA.End), Open: s.ETA.Open, Unknown: s.ETA.Unknown, Guesses: s.ETA.Guesses, Learned: s.ETA.Learned},
	}
	for _, state := range overview.States {
		j.Counts[string(state)] = s.Counts[state]
	}
	if !s.Oldest.Since.IsZero() {
		j.Oldest = &waiterJSON{s.Oldest.Ref.String(), picture.Timestamp(s.Oldest.Since)}
	}
	if s.ETA.Last.Name != "" {
		j.ETA.Last = s.ETA.Last.String()
	}
	for _, b := range s.Blockers {
		j.Blockers = append(j.Blockers, blockerJSON{b.Ref.String(), string(b.State), picture.Timestamp(b.Since), picture.Timestamp(b.End), b.HoldsUp})
	}
	for _, t := range s.Trouble {
		j.Trouble = append(j.Trouble, troubleJSON{t.Jobs, t.Example.String(), t.Cause, t.See})
	}
	return j
}
