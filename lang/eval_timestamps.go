package lang

import "time"

// moments are the times of an object by which checks on it are dated; zero is
// what is not known yet.
type moments struct {
	// made is when it was created, begun when it had started at the latest, and
	// end when its outcome was decided.
	made, begun, end time.Time
}

// momentsOf returns the moments of o for the annotated Job own.
//
// What is still to be learned stays zero, however long that takes: any time
// that is chosen instead may be too early. It comes at the latest when o ends.
// What is never to be learned is replaced, for the wait must end:
//
//   - Whatever o did shows that it was there and, but for its creation and its
//     end, that it had started: the first of that is not too early.
//   - An outcome without its time stands after everything else that is known;
//     nothing says how long after, and nothing more will come.
//   - Where there is nothing of all this, all are taken to have happened when
//     the annotated Job came: before that, nobody waited.
func (o *Object) momentsOf(own *Object) moments {
	m := moments{made: o.Created, begun: o.StartedAt}
	if o.Outcome != Undecided {
		m.end = o.Finished
	}
	if !m.made.IsZero() && !m.begun.IsZero() && !(m.end.IsZero() && o.Outcome != Undecided) {
		return m
	}
	first, last := o.StartedAt, latest(o.Created, o.StartedAt, o.ReadyAt)
	first = earliest(first, o.ReadyAt)
	if o.Array != nil {
		for _, e := range o.Array.Elements {
			first = earliest(first, e.Started, e.Ready, e.Finished)
			last = latest(last, e.Started, e.Ready, e.Finished)
		}
	}
	var came time.Time
	if own != nil {
		came = own.Created
	}
	if m.end.IsZero() && o.Outcome != Undecided {
		m.end = latest(last, came)
	}
	if m.begun.IsZero() {
		m.begun = first
	}
	if m.made.IsZero() {
		if m.made = earliest(first, m.end); m.made.IsZero() {
			m.made = came
		}
	}
	return m
}

// earliest returns the first of those times that are known.
func earliest(list ...time.Time) (first time.Time) {
	for _, t := range list {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// latest returns the last of those times that are known.
func latest(list ...time.Time) (last time.Time) {
	for _, t := range list {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// whenOf returns since when c is decided of o, zero if that is still to be
// learned: how long something is ready that has no ReadyAt, and since when
// something runs that was suspended and so lost its StartedAt.
func (c *Check) whenOf(o, own *Object) time.Time {
	m := o.momentsOf(own)
	switch {
	case c.Status == StatusExists:
		return m.made
	case o.Outcome == Skipped:
		return m.end
	case c.Status == StatusStarted, c.Status == StatusSkipped:
		return earliest(m.begun, m.end)
	case c.Status == StatusReady && o.Outcome == Undecided:
		return o.ReadyAt
	default:
		return m.end
	}
}

// whenElement returns since when c is decided of an element of o, zero if that
// is still to be learned: the pods of o may be gone while o goes on.
func (c *Check) whenElement(o *Object, i int64, m moments) time.Time {
	a := o.Array
	e := a.Elements[i]
	switch {
	case c.Status == StatusExists:
		return m.made
	case o.Outcome == Skipped:
		return m.end
	case c.Status == StatusStarted:
		return earliest(e.Started, e.Ready, e.Finished, m.end)
	case c.Status == StatusSkipped && o.Started:
		// Of a Job that started, no element can be skipped.
		return earliest(m.begun, e.Started, e.Ready, e.Finished, m.end)
	case c.Status == StatusSkipped:
		return earliest(e.Started, e.Ready, e.Finished, m.end)
	case c.Status == StatusReady && o.Outcome == Undecided && !a.Completed.Contains(i) && !a.Failed.Contains(i):
		return e.Ready
	case c.Status == StatusFailed && len(c.Reasons) > 0 && !a.Completed.Contains(i):
		// The reason is that of the whole Job, but a code may decide before.
		if value, _ := c.failure(Unknown, "", e.Exit); value != False {
			return m.end
		}
	}
	return earliest(e.Finished, m.end)
}
