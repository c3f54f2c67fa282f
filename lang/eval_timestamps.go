package lang

import "time"

// timestamps are the times of an object by which checks on it are dated; zero is
// what is not known yet.
type timestamps struct {
	// created is when it was created, started when it had started at the latest, and
	// ended when its outcome was decided.
	created, started, ended time.Time
}

// timestampsOf returns the timestamps of o for the annotated Job own.
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
func (o *Object) timestampsOf(own *Object) timestamps {
	t := timestamps{created: o.Created, started: o.StartedAt}
	if o.Outcome != Undecided {
		t.ended = o.Finished
	}
	if !t.created.IsZero() && !t.started.IsZero() && !(t.ended.IsZero() && o.Outcome != Undecided) {
		return t
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
	if t.ended.IsZero() && o.Outcome != Undecided {
		t.ended = latest(last, came)
	}
	if t.started.IsZero() {
		t.started = first
	}
	if t.created.IsZero() {
		if t.created = earliest(first, t.ended); t.created.IsZero() {
			t.created = came
		}
	}
	return t
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
	if c.Condition != "" {
		since, _ := o.condition(c.Condition)
		return since
	}
	return c.Status.spec().since(o.whole(), o.timestampsOf(own))
}

// whenElement returns since when c is decided of an element of o, zero if that
// is still to be learned: the pods of o may be gone while o goes on.
func (c *Check) whenElement(o *Object, i int64, t timestamps) time.Time {
	p := o.unit(i)
	if len(c.Reasons) > 0 && !o.Array.Completed.Contains(i) {
		// The reason is that of the whole Job, but a code may decide before.
		if value, _ := c.failure(Unknown, "", p.element.Exit); value != False {
			return t.ended
		}
	}
	return c.Status.spec().since(p, t)
}
