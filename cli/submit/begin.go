package submit

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
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

// maxBegin is how far a time to begin may lie ahead, as delays in package lang.
const maxBegin = 3650 * 24 * time.Hour

// relative is now+10, now+1hour.
var relative = regexp.MustCompile(`^now(?:\+(\d{1,9})([a-z]*))?$`)

// slurmBegin reads 16:00, 4:00PM, noon, tomorrow, 2026-12-01T22:00, 12/01/26,
// 120126, now+1hour.
func slurmBegin(text string, now time.Time) (time.Time, error) {
	if m := relative.FindStringSubmatch(text); m != nil {
		unit, ok := map[string]time.Duration{
			"": time.Second, "second": time.Second, "seconds": time.Second, "minute": time.Minute, "minutes": time.Minute,
			"hour": time.Hour, "hours": time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
			"week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
		}[m[2]]
		n, err := strconv.Atoi("0" + m[1])
		switch {
		case !ok || err != nil:
			return time.Time{}, errBegin
		case time.Duration(n) > maxBegin/unit:
			return time.Time{}, errors.New("the time is more than ten years ahead")
		}
		return now.Add(time.Duration(n) * unit), nil
	}
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch text {
	case "today":
		return now, nil
	case "tomorrow":
		return midnight.AddDate(0, 0, 1), nil
	}
	if hour, ok := map[string]int{"midnight": 0, "elevenses": 11, "noon": 12, "fika": 15, "teatime": 16}[text]; ok {
		return nextClock(now, hour, 0, 0), nil
	}
	date, clock, _ := strings.Cut(text, "T")
	for _, layout := range []string{"2006-01-02", "01/02/2006", "01/02/06", "010206"} {
		for _, of := range []string{"", "T15:04", "T15:04:05"} {
			if t, err := time.ParseInLocation(layout+of, text, now.Location()); err == nil {
				return t, nil
			}
		}
	}
	// A day without its year is the next one.
	for _, layout := range []string{"01/02", "0102"} {
		if day, err := time.Parse(layout, date); err == nil && clock == "" {
			t := time.Date(now.Year(), day.Month(), day.Day(), 0, 0, 0, 0, now.Location())
			if !t.After(now) {
				t = time.Date(now.Year()+1, day.Month(), day.Day(), 0, 0, 0, 0, now.Location())
			}
			if t.Day() != day.Day() { // February 29
				return time.Time{}, errBegin
			}
			return t, nil
		}
	}
	for _, layout := range []string{"15:04", "15:04:05", "3:04PM", "3:04:05PM"} {
		if t, err := time.Parse(layout, strings.ToUpper(strings.ReplaceAll(text, " ", ""))); err == nil {
			return nextClock(now, t.Hour(), t.Minute(), t.Second()), nil
		}
	}
	return time.Time{}, errBegin
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
