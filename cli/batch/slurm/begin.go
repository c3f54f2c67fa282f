package slurm

import (
	"cmp"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"depctl.dev/cli/batch/notation"
)

// maxBegin is how far a time to begin may lie ahead, as delays in package lang.
const maxBegin = 3650 * 24 * time.Hour

// relative is now+10, now+1hour.
var relative = regexp.MustCompile(`^now(?:\+(\d{1,9})([a-z]*))?$`)

// parseBegin reads all that --begin may say: a time from now, or words, times and
// dates of the day in any order, as in now+1hour, tomorrow, noon, 4:30pm, 12/24,
// 122426, 2026-12-24T16:00.
func parseBegin(text string, now time.Time) (time.Time, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if !strings.HasPrefix(text, "now") {
		return parseDay(text, now)
	}
	m := relative.FindStringSubmatch(strings.ReplaceAll(text, " ", ""))
	if m == nil {
		return time.Time{}, notation.ErrBegin
	}
	unit, ok := map[string]time.Duration{
		"": time.Second, "second": time.Second, "seconds": time.Second, "minute": time.Minute, "minutes": time.Minute,
		"hour": time.Hour, "hours": time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
		"week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
	}[m[2]]
	n, err := strconv.Atoi("0" + m[1])
	switch {
	case !ok || err != nil:
		return time.Time{}, notation.ErrBegin
	case time.Duration(n) > maxBegin/unit:
		return time.Time{}, errors.New("the time is more than ten years ahead")
	}
	return now.Add(time.Duration(n) * unit), nil
}

// ParseWhen reads a time as sacct takes it, which may be past: now-2hours, and what
// --begin takes. A time without a date, and a date
// without a year, is the last one.
func ParseWhen(text string, now time.Time) (time.Time, error) {
	lower := strings.ToLower(strings.TrimSpace(text))
	if ago, past := strings.CutPrefix(lower, "now-"); past {
		then, err := parseBegin("now+"+ago, now)
		return now.Add(-then.Sub(now)), err
	}
	then, err := parseBegin(lower, now)
	switch {
	case err != nil || !then.After(now):
	case strings.Contains(lower, ":") && !strings.ContainsAny(lower, "/.-"):
		then = then.AddDate(0, 0, -1)
	case then.After(now.AddDate(0, 0, 1)) && then.Before(now.AddDate(1, 0, 1)):
		then = then.AddDate(-1, 0, 0) // a day without a year, which --begin takes for the next one
	}
	return then, err
}

// dayPart is a word, a time of the day, or a date.
var dayPart = regexp.MustCompile(`^[ \t-]*(?:(today|tomorrow)|(midnight|noon|elevenses|fika|teatime)` +
	`|(\d{1,2}):(\d{2})(?::(\d{2}))?[ \t]*(am|pm)?|(\d{4})-(\d{1,2})-(\d{1,2})` +
	`|(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?|(\d{2})(\d{2})(\d{2})?)(?:[ \t-]|$)`)

// timeSign is the T between date and time.
var timeSign = regexp.MustCompile(`(\d)t(\d)`)

// parseDay reads a day and a time of it. Without a time it is midnight, without a
// day the next time that it is so late, and without a year the next such day.
func parseDay(text string, now time.Time) (time.Time, error) {
	text = timeSign.ReplaceAllString(text, "$1 $2")
	year, month, day := 0, 0, 0
	clock, dated, timed := time.Duration(0), false, false
	for strings.TrimSpace(text) != "" {
		m := dayPart.FindStringSubmatch(text)
		if m == nil {
			return time.Time{}, notation.ErrBegin
		}
		text = text[len(m[0]):]
		n := make([]int, len(m))
		for i := range m {
			n[i], _ = strconv.Atoi(m[i]) // "" is 0
		}
		isTime := m[2] != "" || m[3] != ""
		if isTime && timed || !isTime && dated {
			return time.Time{}, notation.ErrBegin
		}
		timed, dated = timed || isTime, dated || !isTime
		switch {
		case m[1] != "":
			date := now
			if m[1] == "tomorrow" {
				date = now.AddDate(0, 0, 1)
			}
			year, month, day = date.Year(), int(date.Month()), date.Day()
		case m[2] != "":
			clock = map[string]time.Duration{"midnight": 0, "noon": 12, "elevenses": 11, "fika": 15, "teatime": 16}[m[2]] * time.Hour
		case m[3] != "":
			hour := n[3]
			if m[6] != "" {
				if hour < 1 || hour > 12 {
					return time.Time{}, notation.ErrBegin
				}
				if hour %= 12; m[6] == "pm" {
					hour += 12
				}
			}
			if hour > 23 || n[4] > 59 || n[5] > 59 {
				return time.Time{}, notation.ErrBegin
			}
			clock = time.Duration(hour*3600+n[4]*60+n[5]) * time.Second
		case m[7] != "":
			year, month, day = n[7], n[8], n[9]
		default: // 12/24/26 or 122426
			month, day, year = n[10]+n[13], n[11]+n[14], n[12]+n[15]
			if year > 0 && year < 100 || m[12] == "00" || m[15] == "00" {
				year += 2000
			}
		}
	}
	hour, minute, second := int(clock.Hours()), int(clock.Minutes())%60, int(clock.Seconds())%60
	if !dated {
		if !timed {
			return time.Time{}, notation.ErrBegin
		}
		return nextClock(now, hour, minute, second), nil
	}
	at := func(year int) time.Time {
		return time.Date(year, time.Month(month), day, hour, minute, second, 0, now.Location())
	}
	t := at(cmp.Or(year, now.Year()))
	if year == 0 && t.Before(now) {
		t = at(now.Year() + 1)
	}
	if int(t.Month()) != month || t.Day() != day {
		return time.Time{}, notation.ErrBegin // as the 31st of February
	}
	return t, nil
}

// nextClock returns when it is this time the next time.
func nextClock(now time.Time, hour, minute, second int) time.Time {
	t := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, second, 0, now.Location())
	if !t.After(now) {
		t = time.Date(now.Year(), now.Month(), now.Day()+1, hour, minute, second, 0, now.Location())
	}
	return t
}
