package notation

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrBegin says that a time to begin cannot be read.
var ErrBegin = errors.New("the time cannot be read")

// PosixBegin reads [[CC]YY]MMDDhhmm[.SS], of Grid Engine and PBS; PBS knows
// hhmm and DDhhmm too.
func PosixBegin(text string, now time.Time) (time.Time, error) {
	digits, seconds, has := strings.Cut(text, ".")
	if has && len(seconds) != 2 || strings.Trim(digits+seconds, "0123456789") != "" {
		return time.Time{}, ErrBegin
	}
	if !has {
		seconds = "00"
	}
	century := fmt.Sprintf("%04d", now.Year())
	prefix, ok := map[int]string{
		12: "", 10: century[:2], 8: century, 6: now.Format("200601"), 4: now.Format("20060102"),
	}[len(digits)]
	if !ok {
		return time.Time{}, ErrBegin
	}
	t, err := time.ParseInLocation("20060102150405", prefix+digits+seconds, now.Location())
	if err != nil {
		return time.Time{}, ErrBegin
	}
	if len(digits) == 4 && !t.After(now) {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}
