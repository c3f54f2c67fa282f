package metrics

import (
	"maps"
	"slices"
	"sync"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// waitingStates are the states of Jobs that are held.
var waitingStates = [...]gate.State{gate.StateWaiting, gate.StateHeld, gate.StateInvalid, gate.StateBlocked}

// StateGauge counts the Jobs that are held, by their state. It is told of each
// decision, so that nobody ever has to go through all Jobs.
type StateGauge struct {
	mu     sync.Mutex
	states map[lang.Ref]gate.State
	counts map[gate.State]int
}

// NewStateGauge returns one that has heard of no Job.
func NewStateGauge() *StateGauge {
	return &StateGauge{states: map[lang.Ref]gate.State{}, counts: map[gate.State]int{}}
}

// Note enters a Job with what was decided about it.
func (c *StateGauge) Note(job gate.Job, d gate.Decision) {
	if d.Action == gate.Ignoring || d.Action == gate.Opening {
		c.Forget(job.Ref())
		return
	}
	c.enter(job.Ref(), gate.StateOf(job, d))
}

// Jobs returns the Jobs that are counted, in no order.
func (c *StateGauge) Jobs() []lang.Ref {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.states))
}

// Forget takes out a Job.
func (c *StateGauge) Forget(ref lang.Ref) { c.enter(ref, "") }

func (c *StateGauge) enter(ref lang.Ref, state gate.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.states[ref]
	if old == state {
		return
	}
	if delete(c.states, ref); old != "" {
		c.counts[old]--
		WaitingJobs.WithLabelValues(string(old)).Set(float64(c.counts[old]))
	}
	if state != "" {
		c.states[ref] = state
		c.counts[state]++
		WaitingJobs.WithLabelValues(string(state)).Set(float64(c.counts[state]))
	}
}
