package lang

import (
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

func keys() []string { return []string{"reason", "code", "made"} }

// setting builds one key=value of a status.
func (b *builder) setting(c *Check, t lexer.Token) bool {
	span := spanOf(t)
	key, value, _ := strings.Cut(t.Value, "=")
	keySpan := Span{span.Start, span.Start + len(strings.TrimRight(key, " \t\r\n"))}
	key = strings.TrimSpace(key)
	value = strings.TrimSpace(value)
	valueSpan := Span{span.End - len(value), span.End}
	if value == "" {
		valueSpan = span
	}
	switch {
	case !slices.Contains(keys(), key):
		hint := "the keys are reason, code and made"
		if near := Nearest(strings.ToLower(key), keys()); near != "" {
			hint = "did you mean " + quote(near) + "?"
		} else if strings.HasPrefix(key, "exit") {
			hint = `did you mean "code"?`
		}
		b.add(UnknownKey, keySpan, hint, "unknown key %s", quote(key))
		return false
	case key != "made" && c.Status != StatusFailed:
		b.add(MisplacedKey, span, "write it in failed(...)", "%s is about failures and has no meaning in %s", quote(key), quote(string(c.Status)))
		return false
	case value != "" && (value[0] == '"' || value[0] == '\''):
		b.add(BadValue, valueSpan, "write "+clip(key+"="+strings.Trim(value, `"'`)), "a value has no quotes")
		return false
	case key == "made":
		if value != "before" {
			b.add(BadValue, valueSpan, `write "made=before": created before the annotated Job`, "%s is not a value of %s", quote(value), quote(key))
			return false
		}
		c.Before = true
	case key == "reason":
		if !isReason(value) {
			b.add(BadValue, valueSpan, "write the reason as the Job gives it, as in: reason=BackoffLimitExceeded", "%s is not the reason of a failure", quote(value))
			return false
		}
		c.Reasons = append(c.Reasons, value)
	default:
		codes, hint := parseCodes(value)
		if hint != "" {
			b.add(BadValue, valueSpan, hint, "%s is not an exit code or a range of them", quote(value))
			return false
		}
		c.Codes = append(c.Codes, codes)
	}
	return true
}

func isReason(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != ""
}

// parseCodes reads 3 or 3..7; hint is not empty if it is neither.
func parseCodes(s string) (codes CodeRange, hint string) {
	first, last, ranged := strings.Cut(s, "..")
	low, err := strconv.ParseInt(first, 10, 32)
	high := low
	if err == nil && ranged {
		high, err = strconv.ParseInt(last, 10, 32)
	}
	from, to, dash := strings.Cut(s, "-")
	switch {
	case err != nil && dash && isDigits(from) && isDigits(to):
		return codes, "write " + quote("code="+from+".."+to)
	case err != nil || low < 0 || !isDigits(first):
		return codes, "write a number, as in: code=3 or code=3..7"
	case high < low:
		return codes, "write " + quote("code="+last+".."+first)
	}
	return CodeRange{Low: int32(low), High: int32(high)}, ""
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
