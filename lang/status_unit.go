package lang

import "time"

func (o *Object) ended() bool { return o.Outcome != Undecided }

// elementSets are the elements of an array by the Job's own word, all of them within
// its size. Of a Job that ended, every element completed or failed.
type elementSets struct {
	all, completed, failed Indexes
}

func (o *Object) elementSets() elementSets {
	e := elementSets{all: Between(0, o.Array.Size-1)}
	e.completed = o.Array.Completed.Intersect(e.all)
	if o.ended() {
		e.failed = e.all.Minus(e.completed)
	} else {
		e.failed = o.Array.Failed.Intersect(e.all).Minus(o.Array.Completed)
	}
	return e
}

// started returns the elements of o that started.
func (e elementSets) started(o *Object) Indexes {
	if o.ended() {
		return e.all
	}
	return e.completed.Union(e.failed).Union(o.Array.Started.Intersect(e.all))
}

// unit is an object, or one element of it.
type unit struct {
	object *Object
	// index is -1 for the object itself, which has no element.
	index   int64
	element Element
}

func (o *Object) whole() unit { return unit{object: o, index: -1} }

func (o *Object) unit(i int64) unit { return unit{object: o, index: i, element: o.Array.Elements[i]} }

func (u unit) isElement() bool { return u.index >= 0 }

// ended reports whether the outcome is decided.
func (u unit) ended() bool {
	return u.object.ended() || u.isElement() && (u.object.Array.Completed.Contains(u.index) || u.object.Array.Failed.Contains(u.index))
}

func (u unit) endedAt(t timestamps) time.Time {
	if !u.isElement() || u.object.Outcome == Skipped {
		return t.ended
	}
	return earliest(u.element.Finished, t.ended)
}

func (u unit) startedAt(t timestamps) time.Time {
	switch {
	case u.object.Outcome == Skipped:
		return t.ended
	case u.isElement():
		return earliest(u.element.Started, u.element.Ready, u.element.Finished, t.ended)
	default:
		return earliest(t.started, t.ended)
	}
}

func (u unit) notSkippedAt(t timestamps) time.Time {
	at := u.startedAt(t)
	if u.object.Started && u.object.Outcome != Skipped {
		at = earliest(t.started, at)
	}
	return at
}

// readyAt is zero for something that is ready and has no time for it.
func (u unit) readyAt(t timestamps) time.Time {
	switch {
	case u.ended():
		return u.endedAt(t)
	case u.isElement():
		return u.element.Ready
	default:
		return u.object.ReadyAt
	}
}

func (u unit) describeEnd() string { return "has not finished" }

func (u unit) describeStart() string {
	if u.isElement() && u.object.Array.Started.Contains(u.index) || !u.isElement() && u.object.Started {
		return "started"
	}
	return "has not started"
}

func (u unit) describeSkip() string {
	words := u.describeStart()
	if words != "started" && u.object.Started {
		return "was not skipped, its Job started"
	}
	return words
}

func (u unit) describeReady() string {
	if u.isElement() && u.object.Array.Ready.Contains(u.index) || !u.isElement() && u.object.Ready {
		return "is ready"
	}
	return "is not ready"
}
