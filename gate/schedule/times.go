package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the same zones on every machine, as in kube-controller-manager

	"github.com/robfig/cron/v3"
)

// MaxRuns is how many runs of a CronJob an expression may mean at once.
const MaxRuns = 64

// ErrTooMany says that there are more than MaxRuns times.
var ErrTooMany = errors.New("more than 64 scheduled times")

// longestText is the longest schedule that is read: the record has to keep it.
const longestText = 512

// longestGap is more than the longest time between two times of a schedule: the 29th of
// February is missing for eight years around 2100.
const longestGap = 9 * 366 * 24 * time.Hour

// Times are the scheduled times of one schedule, as Kubernetes' CronJob controller reads it. There
// are none up to the CronJob's creation.
type Times struct {
	spec    *cron.SpecSchedule
	every   int64 // seconds, of @every; counted from created
	created time.Time
}

// Read reads a schedule and its time zone. Without a zone it is in UTC, as everywhere
// where nobody has given kube-controller-manager another one.
func Read(schedule, zone string, created time.Time) (times Times, err error) {
	defer func() {
		if recover() != nil { // the library slices what has no blank after TZ=
			times, err = Times{}, fmt.Errorf("the schedule %q cannot be read", schedule)
		}
	}()
	if len(schedule) > longestText {
		return Times{}, fmt.Errorf("the schedule is longer than %d bytes", longestText)
	}
	text := schedule
	if zone != "" && !strings.Contains(schedule, "TZ") {
		if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
			return Times{}, fmt.Errorf("the time zone %q is not known", zone)
		}
		text = "TZ=" + zone + " " + schedule
	}
	parsed, err := cron.ParseStandard(text)
	if err != nil {
		return Times{}, fmt.Errorf("the schedule %q cannot be read: %w", schedule, err)
	}
	times.created = second(created)
	switch parsed := parsed.(type) {
	case *cron.SpecSchedule:
		times.spec = parsed
	case cron.ConstantDelaySchedule:
		times.every = int64(parsed.Delay / time.Second)
	}
	return times, nil
}

// Next returns the first time after t, and whether there is one.
func (s Times) Next(t time.Time) (time.Time, bool) {
	if t = second(t); t.Before(s.created) {
		t = s.created
	}
	if s.every > 0 {
		return multiple(s.created, s.every, (t.Unix()-s.created.Unix())/s.every+1), true
	}
	return s.next(t)
}

// Previous returns the last time before t, and whether there is one.
func (s Times) Previous(t time.Time) (time.Time, bool) {
	found, ok := s.previous(t)
	return found, ok && found.After(s.created)
}

// Between returns the times after one time and up to another; ErrTooMany with the first MaxRuns of them if
// there are more.
func (s Times) Between(after, upTo time.Time) ([]time.Time, error) {
	return collect(s.Next, after, upTo)
}

// collect lists times by what gives the next one.
func collect(next func(time.Time) (time.Time, bool), after, upTo time.Time) (list []time.Time, err error) {
	for t, ok := next(after); ok && !t.After(upTo); t, ok = next(t) {
		if len(list) == MaxRuns {
			return list, ErrTooMany
		}
		list = append(list, t)
	}
	return list, nil
}

// next is Next without regard to the creation. The library gives up after five years, and
// so does Kubernetes.
func (s Times) next(t time.Time) (time.Time, bool) {
	if s.spec == nil || s.isNever() {
		return time.Time{}, false
	}
	found := s.spec.Next(t)
	return second(found), !found.IsZero()
}

// isNever reports whether a field is empty, as in ", * * * *". The library would look
// through five years minute by minute.
func (s Times) isNever() bool { return s.spec.Minute == 0 || s.spec.Hour == 0 }

// previous is Previous without regard to the creation. The library cannot look back: so it
// looks for a beginning from which the next time is before t, in steps that double, and then
// for the latest such one by halves.
func (s Times) previous(t time.Time) (time.Time, bool) {
	before := second(t)
	if before.Before(t) {
		before = before.Add(time.Second)
	}
	if s.every > 0 {
		return multiple(s.created, s.every, floor(before.Unix()-1-s.created.Unix(), s.every)), true
	}
	if s.spec == nil || s.isNever() {
		return time.Time{}, false
	}
	var found time.Time
	none := before.Add(-time.Second) // no time is after it and before t
	for step := time.Minute; ; step *= 2 {
		from := before.Add(-min(step, longestGap))
		if next, ok := s.next(from); ok && next.Before(before) {
			found = next
			break
		}
		if none = from; step >= longestGap {
			return time.Time{}, false
		}
	}
	for {
		next, ok := s.next(found)
		if !ok || !next.Before(before) {
			return found, true
		}
		found = next
		middle := second(found.Add(none.Sub(found) / 2))
		if next, ok := s.next(middle); ok && next.Before(before) {
			found = next
		} else {
			none = middle
		}
	}
}

// has reports whether t is one of the times.
func (s Times) has(t time.Time) bool {
	next, ok := s.Next(t.Add(-time.Second))
	return ok && next.Equal(t)
}

// second returns a time in UTC without what is below a second, so that equal times are equal values.
func second(t time.Time) time.Time { return time.Unix(t.Unix(), 0).UTC() }

func multiple(anchor time.Time, every, n int64) time.Time {
	return time.Unix(anchor.Unix()+n*every, 0).UTC()
}

func floor(a, b int64) int64 {
	if a%b != 0 && a < 0 {
		return a/b - 1
	}
	return a / b
}
