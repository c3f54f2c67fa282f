package command

import (
	"slices"
	"strings"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// States reads the values of --state.
func States(values []string) ([]gate.State, error) {
	var states []gate.State
	for _, value := range values {
		if !slices.Contains(picture.States, gate.State(value)) {
			names := make([]string, len(picture.States))
			for i, state := range picture.States {
				names[i] = string(state)
			}
			return nil, UsageErrorf("--state %q: it is one of: %s", value, strings.Join(names, ", "))
		}
		states = append(states, gate.State(value))
	}
	return states, nil
}
