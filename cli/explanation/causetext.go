package explanation

import (
	"depctl.dev/cli/cause"
	"depctl.dev/gate"
)

// condition quotes the gate where its own words are not what was said already.
func (d *drawing) condition(e *Explanation) {
	c := e.Condition
	if c == nil || e.Tried || e.Element != nil || e.over() || c.Reason == e.Reason && (c.Message == e.Message || c.Reason == gate.ReasonWaiting) {
		return
	}
	text := "The gate wrote"
	if !c.written.IsZero() {
		text += " " + human(e.now.Sub(c.written)) + " ago"
	}
	d.wrapped("", text+": "+c.Reason+": "+c.Message)
}

// over reports whether a Job waits no more, so that what the gate wrote while it did says nothing now.
func (e *Explanation) over() bool {
	switch gate.State(e.State) {
	case gate.StateSucceeded, gate.StateFailed, gate.StateSkipped, gate.StateRunning, gate.StatePending:
		return e.Condition.Reason != gate.ReasonProblem && e.Condition.Reason != gate.ReasonPatchRefused
	}
	return false
}

// causes says why a Job does not run, or has failed, and what its pods printed last.
func (d *drawing) causes(e *Explanation) {
	for _, c := range e.Causes {
		if c.IsOfJob() && e.said() != "" || c.Reason == e.Reason && c.Message == e.Message {
			continue // it is said already
		}
		d.wrapped("", c.String())
		d.log(c)
	}
}

func (d *drawing) log(c cause.Cause) {
	if c.NoLog != "" {
		d.wrapped("", "The log of pod "+c.Pod+" is not shown: "+c.NoLog)
	}
	if len(c.Log) == 0 {
		return
	}
	d.wrapped("", "The last lines of pod "+c.Pod+":")
	for _, line := range c.Log {
		d.line("  | %s", d.cut(d.Clean(line), 4))
	}
}
