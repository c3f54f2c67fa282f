package schedule

import (
	"time"
)

// times returns the schedule of a time, and up to when the CronJob had it; zero if it still has.
func (r *Record) times(t time.Time) (times Times, until time.Time, ok bool) {
	for i := len(r.Schedules) - 1; i >= 0; i-- {
		if s := r.Schedules[i]; t.After(s.Since) {
			times, err := Read(s.Schedule, s.Zone, s.Since)
			return times, until, err == nil && s.Schedule != ""
		}
		until = r.Schedules[i].Since
	}
	return Times{}, until, false
}

// isTime reports whether a time is one of the schedule that the CronJob had. Of @every that is not known, but nothing
// else makes Jobs of it.
func (r *Record) isTime(t time.Time) bool {
	times, _, ok := r.times(t)
	return ok && (times.every > 0 || times.has(t))
}

// next returns the time after t of the same schedule.
func (r *Record) next(t time.Time) (next time.Time, ok bool) {
	times, until, ok := r.times(t)
	if !ok {
		return time.Time{}, false
	}
	if times.every > 0 {
		next = multiple(t, times.every, 1)
	} else if next, ok = times.next(t); !ok {
		return time.Time{}, false
	}
	return next, until.IsZero() || !next.After(until)
}

// neighbour returns the time of a span before (-1) or after (1) another time within it.
func (r *Record) neighbour(s span, t time.Time, way int64) time.Time {
	times, _, _ := r.times(s.first) // known: a span of several times is of one schedule
	if times.every > 0 {
		n := floor(t.Unix()-s.first.Unix(), times.every)
		if way > 0 || (t.Unix()-s.first.Unix())%times.every == 0 {
			n += way
		}
		return multiple(s.first, times.every, n)
	}
	found, ok := times.previous(t)
	if way > 0 {
		found, ok = times.next(t)
	}
	if !ok {
		return t
	}
	return found
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}
