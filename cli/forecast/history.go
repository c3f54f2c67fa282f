package forecast

import "depctl.dev/cli/simulate"

// History and Estimate are those of package simulate.
type (
	History  = simulate.History
	Estimate = simulate.Estimate
)

// NewHistory returns an empty History.
func NewHistory() *History { return simulate.NewHistory() }
