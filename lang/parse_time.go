package lang

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/participle/v2/lexer"
)

const day = 24 * time.Hour

// maxDelay is ten years: more is a slip of the pen.
const maxDelay = 3650 * day

// ParseDuration reads a duration as time.ParseDuration does, with d for days of
// 24 hours and w for weeks. It is positive and at most ten years.
func ParseDuration(s string) (time.Duration, error) {
	var total time.Duration
	for rest := s; rest != ""; {
		n := 0
		for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
			n++
		}
		unit := n
		for n < len(rest) && (rest[n] < '0' || rest[n] > '9') && rest[n] != '.' {
			n++
		}
		scale := time.Duration(1)
		text := rest[:n]
		switch rest[unit:n] {
		case "d":
			scale, text = 24, rest[:unit]+"h"
		case "w":
			scale, text = 7*24, rest[:unit]+"h"
		}
		part, err := time.ParseDuration(text)
		if err != nil || unit == 0 || unit == n {
			return 0, errors.New("not a duration")
		}
		if part > maxDelay/scale || total > maxDelay-part*scale {
			return 0, errors.New("longer than ten years")
		}
		total += part * scale
		rest = rest[n:]
	}
	if total <= 0 {
		return 0, errors.New("not a positive duration")
	}
	return total, nil
}

// formatDuration is the canonical form of what ParseDuration reads.
func formatDuration(d time.Duration) string {
	text := ""
	if days := d / day; days > 0 {
		text = strconv.FormatInt(int64(days), 10) + "d"
		d -= days * day
		if d == 0 {
			return text
		}
	}
	rest := strings.Replace(d.String(), "µs", "us", 1)
	if strings.HasSuffix(rest, "m0s") {
		rest = strings.TrimSuffix(rest, "0s")
	}
	if strings.HasSuffix(rest, "h0m") {
		rest = strings.TrimSuffix(rest, "0m")
	}
	return text + rest
}

// delay builds the delay of a check, if it has one.
func (b *builder) delay(result *Check, c *operand) bool {
	if c.Plus.Type == 0 {
		return true
	}
	const hint = "write a duration, as in: + 90s, + 10m, + 2h30m, + 1d"
	if c.Delay.Type == 0 {
		b.add(BadDuration, spanOf(c.Plus), hint, "expected a duration after \"+\"")
		return false
	}
	d, err := ParseDuration(c.Delay.Value)
	switch {
	case err != nil && isDigits(c.Delay.Value):
		fixes := []Fix{}
		for _, unit := range []string{"s", "m", "h"} {
			if _, err := ParseDuration(c.Delay.Value + unit); err == nil {
				fixes = append(fixes, Fix{spanOf(c.Delay), c.Delay.Value + unit})
			}
		}
		b.suggest(BadDuration, spanOf(c.Delay), "write a unit: "+clip(c.Delay.Value)+"s, "+clip(c.Delay.Value)+"m or "+clip(c.Delay.Value)+"h", fixes, "this duration has no unit")
	case err != nil:
		b.add(BadDuration, spanOf(c.Delay), hint, "%s is %s", quote(c.Delay.Value), err)
	}
	result.Delay = d
	return err == nil
}

// time builds time(...).
func (b *builder) time(result *Check, t lexer.Token) bool {
	result.Status = StatusTime
	inside := t.Value[len("time(") : len(t.Value)-1]
	text := strings.TrimSpace(inside)
	start := spanOf(t).Start + len("time(") + strings.Index(inside, text)
	at := Span{start, start + len(text)}
	if text == "" {
		at = spanOf(t)
	}
	when, err := time.Parse(time.RFC3339, text)
	if err == nil {
		result.At = when
		return true
	}
	const example = "2026-12-01T22:00:00Z"
	zoned := strings.Replace(clip(text), " ", "T", 1)
	switch {
	case isTime(text+"Z") || isTime(zoned+"Z") && zoned != text:
		b.suggest(MissingZone, at, "write "+zoned+"Z for UTC, or "+zoned+"+01:00", []Fix{{at, zoned + "Z"}, {at, zoned + "+01:00"}}, "this time has no zone")
	case isTime(text + "T00:00:00Z"):
		b.suggest(MissingZone, at, "write "+text+"T00:00:00Z for midnight UTC", []Fix{{at, text + "T00:00:00Z"}}, "this is a day, not a time with a zone")
	case isTime(zoned):
		b.suggest(BadTime, at, "write "+zoned, []Fix{{at, zoned}}, "there is no white space in a time")
	default:
		b.add(BadTime, at, "write it as in: time("+example+")", "%s is not a time", quote(text))
	}
	return false
}

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}
