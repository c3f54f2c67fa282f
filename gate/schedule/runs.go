package schedule

import (
	"slices"
	"time"

	"depctl.dev/lang"
)

// Runs are all runs of a CronJob: which scheduled times there are, and what is known of each. They are
// immutable.
type Runs struct {
	CronJob  CronJob
	children map[time.Time]Child
	// known are the times of children and outcomes and lastScheduleTime; of a span, its ends. anchors are these
	// and the creation: from one of them, @every was counted.
	known, anchors []time.Time
	eras           []era
}

// era is a time in which the CronJob had one schedule.
type era struct {
	since, until time.Time // until is zero while it lasts
	times        Times
	problem      *lang.Problem // why the schedule is not known
}

// Gather returns the runs of a CronJob. Of several children of one time the newest counts.
func Gather(c CronJob, children []Child) *Runs {
	r := &Runs{CronJob: c, children: make(map[time.Time]Child, len(children))}
	for _, child := range children {
		child.Time = second(child.Time)
		if old, ok := r.children[child.Time]; !ok || child.newer(&old) {
			r.children[child.Time] = child
		}
	}
	for t := range r.children {
		r.known = append(r.known, t)
	}
	if !c.Last.IsZero() {
		r.known = append(r.known, c.Last)
	}
	for _, s := range c.Record.spans {
		r.known = append(r.known, s.first, s.last)
	}
	for _, o := range c.Record.recent {
		r.known = append(r.known, o.Time)
	}
	r.known = ordered(r.known)
	r.anchors = ordered(append(slices.Clone(r.known), c.Created))
	r.setEras()
	return r
}

func ordered(times []time.Time) []time.Time {
	slices.SortFunc(times, time.Time.Compare)
	return slices.Compact(times)
}

// setEras takes the schedules from the record. An edit that is not recorded yet counts after lastScheduleTime.
func (r *Runs) setEras() {
	c := &r.CronJob
	for _, s := range c.Record.Schedules {
		if n := len(r.eras); n > 0 {
			r.eras[n-1].until = s.Since
		}
		e := era{since: s.Since}
		if s.Schedule == "" {
			e.problem = c.gap()
		} else {
			e.read(c, s)
		}
		r.eras = append(r.eras, e)
	}
	n := len(r.eras)
	if n > 0 && c.Record.Schedules[n-1] == (Scheduled{c.Record.Schedules[n-1].Since, c.Schedule, c.Zone}) {
		return
	}
	passed := c.Passed()
	if n > 0 {
		r.eras[n-1].until = latest(passed, r.eras[n-1].since)
	}
	e := era{since: passed}
	e.read(c, Scheduled{passed, c.Schedule, c.Zone})
	r.eras = append(r.eras, e)
}

func (e *era) read(c *CronJob, s Scheduled) {
	times, err := Read(s.Schedule, s.Zone, c.Created)
	if err != nil {
		e.problem = c.unreadable(err)
	}
	e.times = times
}

// Next returns the first time after t, and whether there is one.
func (r *Runs) Next(t time.Time) (next time.Time, ok bool) {
	t = second(t)
	take := func(found time.Time) {
		if !ok || found.Before(next) {
			next, ok = found, true
		}
	}
	if at, _ := slices.BinarySearchFunc(r.known, t.Add(time.Second), time.Time.Compare); at < len(r.known) {
		take(r.known[at])
	}
	for i := range r.eras {
		e := &r.eras[i]
		from := latest(t, e.since, r.CronJob.Created)
		found, fits := e.times.next(from)
		if e.times.every > 0 {
			found, fits = r.everyAfter(from, e.times.every)
		}
		if fits && (e.until.IsZero() || !found.After(e.until)) {
			take(found)
		}
	}
	return next, ok
}

// Previous returns the last time before t, and whether there is one.
func (r *Runs) Previous(t time.Time) (previous time.Time, ok bool) {
	t = second(t)
	if at, _ := slices.BinarySearchFunc(r.known, t, time.Time.Compare); at > 0 {
		previous, ok = r.known[at-1], true
	}
	for i := range r.eras {
		e := &r.eras[i]
		if before, from := e.within(t), latest(e.since, r.CronJob.Created); before.After(from) {
			found, fits := e.times.previous(before)
			if e.times.every > 0 {
				found, fits = r.everyBefore(before, e.times.every)
			}
			if fits && found.After(from) && found.After(previous) {
				previous, ok = found, true
			}
		}
	}
	return previous, ok
}

// within returns a time before which those of the era are that are before t.
func (e *era) within(t time.Time) time.Time {
	if !e.until.IsZero() && e.until.Before(t) {
		return e.until.Add(time.Second)
	}
	return t
}

// everyAfter returns the first time after t of @every. Kubernetes counts it from the time before it, and starting deadlines move it: so up
// to lastScheduleTime there are times between two known ones only if they are a multiple apart.
func (r *Runs) everyAfter(t time.Time, every int64) (time.Time, bool) {
	at, _ := slices.BinarySearchFunc(r.anchors, t.Add(time.Second), time.Time.Compare)
	if at == 0 || at < len(r.anchors) && !r.fills(at, every) {
		return time.Time{}, false
	}
	anchor := r.anchors[at-1]
	return multiple(anchor, every, (t.Unix()-anchor.Unix())/every+1), true
}

// everyBefore returns the last time of @every before t, if that is not a known one.
func (r *Runs) everyBefore(t time.Time, every int64) (time.Time, bool) {
	at, _ := slices.BinarySearchFunc(r.anchors, t, time.Time.Compare)
	if at == 0 || at < len(r.anchors) && !r.fills(at, every) {
		return time.Time{}, false
	}
	anchor := r.anchors[at-1]
	n := (t.Unix() - 1 - anchor.Unix()) / every
	return multiple(anchor, every, n), n > 0
}

// fills reports whether the times of @every between an anchor and the one before it are known.
func (r *Runs) fills(at int, every int64) bool {
	return (r.anchors[at].Unix()-r.anchors[at-1].Unix())%every == 0
}

// Between returns the times after one time and up to another; ErrTooMany with the first MaxRuns of them if there are more.
func (r *Runs) Between(after, upTo time.Time) ([]time.Time, error) {
	return collect(r.Next, after, upTo)
}

// hidden returns why the times between two times are not known, nil if they are.
func (r *Runs) hidden(after, before time.Time) *lang.Problem {
	for _, e := range r.eras {
		if e.problem != nil && e.since.Before(before) && (e.until.IsZero() || e.until.After(after) && e.until.After(e.since)) {
			return e.problem
		}
	}
	return nil
}

// begins returns the time before one of the CronJob's own: its period is after that. Without regard
// to the creation: the first run of a daily CronJob is for a whole day, too.
func (r *Runs) begins(own time.Time) (time.Time, *lang.Problem) {
	previous, ok := r.Previous(own)
	for i := range r.eras {
		e := &r.eras[i]
		if i > 0 && !own.After(e.since) || !e.until.IsZero() && own.After(e.until) {
			continue
		}
		before, fits := e.times.previous(own)
		if e.times.every > 0 {
			before = multiple(own, e.times.every, -1)
		}
		if fits && (i == 0 || before.After(e.since)) && before.After(previous) {
			previous, ok = before, true
		}
	}
	if problem := r.hidden(previous, own); problem != nil || ok {
		return previous, problem
	}
	return own.Add(-time.Second), nil
}
