package submit

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// slurmStart reads all that --begin may say: what slurmBegin reads, and words and
// dates of the day, in any order: tomorrow, noon, 4:30pm, 12/24, 122426.
func slurmStart(text string, now time.Time) (time.Time, error) {
	lower := strings.ToLower(strings.TrimSpace(text))
	if strings.HasPrefix(lower, "now") {
		return slurmBegin(strings.ReplaceAll(lower, " ", ""), now)
	}
	if t, err := slurmBegin(text, now); err == nil {
		return t, nil
	}
	return slurmDay(lower, now)
}

// dayPart is a word, a time of the day, or a date.
var dayPart = regexp.MustCompile(`^[ \t-]*(?:(today|tomorrow)|(midnight|noon|elevenses|fika|teatime)` +
	`|(\d{1,2}):(\d{2})(?::(\d{2}))?[ \t]*(am|pm)?|(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.]?(\d{1,2})(?:[/.]?(\d{2}))?)`)

// timeSign is the T between date and time.
var timeSign = regexp.MustCompile(`(\d)t(\d)`)

// slurmDay reads a day and a time of it. Without a time it is midnight, without a
// day the next time that it is so late, and without a year the next such day.
func slurmDay(text string, now time.Time) (time.Time, error) {
	text = timeSign.ReplaceAllString(text, "$1 $2")
	year, month, day := 0, 0, 0
	clock := time.Duration(-1)
	for strings.TrimSpace(text) != "" {
		m := dayPart.FindStringSubmatch(text)
		if m == nil {
			return time.Time{}, errBegin
		}
		text = text[len(m[0]):]
		n := make([]int, len(m))
		for i := range m {
			n[i], _ = strconv.Atoi(m[i])
		}
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
					return time.Time{}, errBegin
				}
				if hour %= 12; m[6] == "pm" {
					hour += 12
				}
			}
			if hour > 23 || n[4] > 59 || n[5] > 59 {
				return time.Time{}, errBegin
			}
			clock = time.Duration(hour*3600+n[4]*60+n[5]) * time.Second
		case m[7] != "":
			year, month, day = n[7], n[8], n[9]
		case !strings.ContainsAny(m[0], "/.") && len(m[10]) < 2:
			return time.Time{}, errBegin // without signs between, both have two digits
		default:
			if year, month, day = 0, n[10], n[11]; m[12] != "" {
				year = 2000 + n[12]
			}
		}
	}
	at := func(year int) time.Time {
		h := max(clock, 0)
		return time.Date(year, time.Month(month), day, int(h.Hours()), int(h.Minutes())%60, int(h.Seconds())%60, 0, now.Location())
	}
	switch {
	case month == 0 && clock < 0:
		return time.Time{}, errBegin
	case month == 0:
		return nextClock(now, int(clock.Hours()), int(clock.Minutes())%60, int(clock.Seconds())%60), nil
	}
	t := at(cmp.Or(year, now.Year()))
	if year == 0 && t.Before(now) {
		t = at(now.Year() + 1)
	}
	if int(t.Month()) != month || t.Day() != day {
		return time.Time{}, errBegin // as the 31st of February
	}
	return t, nil
}
