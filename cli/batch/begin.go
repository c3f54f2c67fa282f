package batch

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// errBegin says that a time to begin cannot be read.
var errBegin = errors.New("the time cannot be read")

// readBegin makes a reader of a time before which the Job does not run.
func readBegin(parse func(text string, now time.Time) (time.Time, error)) reader {
	return func(r *request, at place, values []string) {
		begin, err := parse(values[0], r.in.Now)
		if err != nil {
			r.fail(at, "write a time with --after: 'time(2026-12-01T22:00:00Z)'", "%q: %s", values[0], err)
			return
		}
		if !begin.After(r.in.Now) {
			r.note(at, "%s is past: there is nothing to wait for", begin.Format(time.RFC3339))
			r.waitFor("begin", at, nil)
			return
		}
		r.waitFor("begin", at, func(*translation) term { return check("time(%s)", begin.UTC().Format(time.RFC3339)) })
	}
}

// nextClock returns when it is this time the next time.
func nextClock(now time.Time, hour, minute, second int) time.Time {
	t := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, second, 0, now.Location())
	if !t.After(now) {
		t = time.Date(now.Year(), now.Month(), now.Day()+1, hour, minute, second, 0, now.Location())
	}
	return t
}

// posixBegin reads [[CC]YY]MMDDhhmm[.SS], of Grid Engine and PBS; PBS knows
// hhmm and DDhhmm too.
func posixBegin(text string, now time.Time) (time.Time, error) {
	digits, seconds, has := strings.Cut(text, ".")
	if has && len(seconds) != 2 || strings.Trim(digits+seconds, "0123456789") != "" {
		return time.Time{}, errBegin
	}
	if !has {
		seconds = "00"
	}
	century := fmt.Sprintf("%04d", now.Year())
	prefix, ok := map[int]string{
		12: "", 10: century[:2], 8: century, 6: now.Format("200601"), 4: now.Format("20060102"),
	}[len(digits)]
	if !ok {
		return time.Time{}, errBegin
	}
	t, err := time.ParseInLocation("20060102150405", prefix+digits+seconds, now.Location())
	if err != nil {
		return time.Time{}, errBegin
	}
	if len(digits) == 4 && !t.After(now) {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}

// lsfBegin reads [[[year:]month:]day:]hour:minute.
func lsfBegin(text string, now time.Time) (time.Time, error) {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 5 {
		return time.Time{}, errBegin
	}
	fields := []int{now.Year(), int(now.Month()), now.Day(), 0, 0}
	for i, part := range parts {
		n, err := number(part)
		if err != nil {
			return time.Time{}, errBegin
		}
		fields[5-len(parts)+i] = n
	}
	if fields[1] > 12 || fields[2] > 31 || fields[3] > 23 || fields[4] > 59 || fields[0] > 9999 {
		return time.Time{}, errBegin
	}
	t := time.Date(fields[0], time.Month(fields[1]), fields[2], fields[3], fields[4], 0, 0, now.Location())
	if t.Day() != fields[2] || fields[1] == 0 { // there is no such day
		return time.Time{}, errBegin
	}
	if len(parts) == 2 && !t.After(now) {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}
