package simulation

import "slices"

// Kind is what a step of a scenario does.
type Kind uint8

// What happens to a Job, and to the gate.
const (
	// Create makes the Job, with Ends.
	Create Kind = iota
	// Delete deletes it, whatever it is doing.
	Delete
	// Edit makes Text its expression.
	Edit
	// Unhold takes the hold away.
	Unhold
	// Lose loses the watch: the gate lists anew.
	Lose
	// Restart starts the gate anew.
	Restart
	// Tick makes the Job of the next scheduled time of a CronJob, with Ends, after so many times that it skips.
	Tick
	// Repeat makes that of an earlier time once more.
	Repeat
	// Suspend suspends a CronJob, or goes on with it.
	Suspend
	// Drop deletes a CronJob.
	Drop
	// Apply makes it, if it is not there.
	Apply
)

// Step is one thing that happens.
type Step struct {
	Kind Kind
	// Job is an index of the scenario's Jobs, or, from Tick on, of its CronJobs.
	Job  int
	Text string
	Ends Ending
	// Times is how many scheduled times Tick skips, and how far Repeat goes back.
	Times int
}

// script makes up what happens, in order.
func (d *draw) script() []Step {
	var steps []Step
	for _, i := range d.Perm(len(d.jobs)) {
		steps = append(steps, Step{Kind: Create, Job: i, Ends: d.jobs[i].Ends})
	}
	for i, j := range d.jobs {
		if j.Hold && (d.chance(60) || d.spared()) {
			steps = d.later(steps, i, Step{Kind: Unhold, Job: i})
		}
		if d.Steady {
			continue
		}
		if d.chance(10) && j.DependsOn != "" {
			steps = d.later(steps, i, Step{Kind: Edit, Job: i, Text: d.text(i)})
		}
		for d.chance(20) {
			steps = d.later(steps, i, Step{Kind: Delete, Job: i})
			if d.chance(60) {
				steps = append(steps, Step{Kind: Create, Job: i, Ends: d.ending(j.Size)})
			}
		}
	}
	steps = d.nights(steps)
	for range d.IntN(4) {
		at := d.IntN(len(steps) + 1)
		steps = slices.Insert(steps, at, Step{Kind: Lose + Kind(d.IntN(2))})
	}
	return steps
}

// later puts a step somewhere after the last that makes or deletes Job i.
func (d *draw) later(steps []Step, i int, step Step) []Step {
	first := len(steps)
	for first > 0 && (steps[first-1].Job != i || steps[first-1].Kind > Delete) {
		first--
	}
	return slices.Insert(steps, first+d.IntN(len(steps)-first+1), step)
}

// nights adds what happens to CronJobs, in order.
func (d *draw) nights(steps []Step) []Step {
	anywhere := func(first int, step Step) int {
		at := first + d.IntN(len(steps)-first+1)
		steps = slices.Insert(steps, at, step)
		return at + 1
	}
	for k := range d.crons {
		at := 0
		for range 1 + d.IntN(4) {
			tick := Step{Kind: Tick, Job: k, Ends: d.ending(0)}
			if !d.Steady && d.chance(20) {
				tick.Times = 1 + d.IntN(2)
			}
			at = anywhere(at, tick)
			switch {
			case d.Steady:
			case d.chance(10):
				at = anywhere(at, Step{Kind: Repeat, Job: k, Times: d.IntN(3), Ends: d.ending(0)})
			case d.chance(5):
				at = anywhere(at, Step{Kind: Suspend, Job: k})
			case d.chance(5):
				at = anywhere(anywhere(at, Step{Kind: Drop, Job: k}), Step{Kind: Apply, Job: k})
			}
		}
	}
	return steps
}
