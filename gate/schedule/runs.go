package schedule

import (
	"slices"
	"time"

	"depctl.dev/lang"
)

// Runs are all runs of a CronJob: which scheduled times there are, and what is known of each. They are
// as its children are when they are asked.
type Runs struct {
	CronJob  CronJob
	children *Children
	// known are the times of outcomes and lastScheduleTime, sorted; of a span, its ends.
	known []time.Time
	eras  []era
}

// era is a time in which the CronJob had one schedule.
type era struct {
	since, until time.Time // until is zero while it lasts
	times        Times
	problem      *lang.Problem // why the schedule is not known
}

// Gather returns the runs of a CronJob. Of several children of one time the newest counts. It costs the
// same however many children there are.
func Gather(c CronJob, children *Children) *Runs {
	r := &Runs{CronJob: c, children: children}
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
	r.setEras()
	return r
}

// knownFrom returns the first known time that is not before t: of children, outcomes or lastScheduleTime.
func (r *Runs) knownFrom(t time.Time) (time.Time, bool) {
	first, ok := r.children.notBefore(t)
	if at, _ := slices.BinarySearchFunc(r.known, t, time.Time.Compare); at < len(r.known) && (!ok || r.known[at].Before(first)) {
		return r.known[at], true
	}
	return first, ok
}

// knownBefore returns the last known time before t.
func (r *Runs) knownBefore(t time.Time) (time.Time, bool) {
	last, ok := r.children.before(t)
	if at, _ := slices.BinarySearchFunc(r.known, t, time.Time.Compare); at > 0 && (!ok || r.known[at-1].After(last)) {
		return r.known[at-1], true
	}
	return last, ok
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
	if known, ok := r.knownFrom(t.Add(time.Second)); ok {
		take(known)
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
	previous, ok = r.knownBefore(t)
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
	anchor, ok := r.anchor(t.Add(time.Second), every)
	if !ok {
		return time.Time{}, false
	}
	return multiple(anchor, every, (t.Unix()-anchor.Unix())/every+1), true
}

// everyBefore returns the last time of @every before t, if that is not a known one.
func (r *Runs) everyBefore(t time.Time, every int64) (time.Time, bool) {
	anchor, ok := r.anchor(t, every)
	if !ok {
		return time.Time{}, false
	}
	n := (t.Unix() - 1 - anchor.Unix()) / every
	return multiple(anchor, every, n), n > 0
}

// anchor returns the last time before t from which @every was counted: a known one, or the creation. There is none if the times
// from there to the next are not known.
func (r *Runs) anchor(t time.Time, every int64) (time.Time, bool) {
	created := r.CronJob.Created
	last, ok := r.knownBefore(t)
	if created.Before(t) && (!ok || created.After(last)) {
		last, ok = created, true
	}
	next, follows := r.knownFrom(t)
	if !created.Before(t) && (!follows || created.Before(next)) {
		next, follows = created, true
	}
	return last, ok && (!follows || (next.Unix()-last.Unix())%every == 0)
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
