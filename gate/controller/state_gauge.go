package controller

import (
	"sync"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// waitingStates are the states of Jobs that are held.
var waitingStates = [...]gate.State{gate.StateWaiting, gate.StateHeld, gate.StateInvalid, gate.StateBlocked}

// stateGauge counts the Jobs that are held, by their state. It is told of each
// decision, so that nobody ever has to go through all Jobs.
type stateGauge struct {
	mu     sync.Mutex
	states map[lang.Ref]gate.State
	counts map[gate.State]int
}

func newStateGauge() *stateGauge {
	return &stateGauge{states: map[lang.Ref]gate.State{}, counts: map[gate.State]int{}}
}

// note enters a Job with what was decided about it.
func (c *stateGauge) note(job gate.Job, d gate.Decision) {
	if d.Action == gate.Ignoring || d.Action == gate.Opening {
		c.forget(job.Ref())
		return
	}
	c.enter(job.Ref(), gate.StateOf(job, d))
}

func (c *stateGauge) forget(ref lang.Ref) { c.enter(ref, "") }

func (c *stateGauge) enter(ref lang.Ref, state gate.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.states[ref]
	if old == state {
		return
	}
	if delete(c.states, ref); old != "" {
		c.counts[old]--
		waitingJobs.WithLabelValues(string(old)).Set(float64(c.counts[old]))
	}
	if state != "" {
		c.states[ref] = state
		c.counts[state]++
		waitingJobs.WithLabelValues(string(state)).Set(float64(c.counts[state]))
	}
}
