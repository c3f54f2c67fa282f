package lsf

import (
	"strings"
	"time"

	"depctl.dev/cli/batch/notation"
)

// parseBegin reads [[[year:]month:]day:]hour:minute.
func parseBegin(text string, now time.Time) (time.Time, error) {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 5 {
		return time.Time{}, notation.ErrBegin
	}
	fields := []int{now.Year(), int(now.Month()), now.Day(), 0, 0}
	for i, part := range parts {
		n, err := notation.Number(part)
		if err != nil {
			return time.Time{}, notation.ErrBegin
		}
		fields[5-len(parts)+i] = n
	}
	if fields[1] > 12 || fields[2] > 31 || fields[3] > 23 || fields[4] > 59 || fields[0] > 9999 {
		return time.Time{}, notation.ErrBegin
	}
	t := time.Date(fields[0], time.Month(fields[1]), fields[2], fields[3], fields[4], 0, 0, now.Location())
	if t.Day() != fields[2] || fields[1] == 0 { // there is no such day
		return time.Time{}, notation.ErrBegin
	}
	if len(parts) == 2 && !t.After(now) {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}
