package lang

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// keys are all that there are. "made" stands in every status.
func keys() []string {
	var list []string
	for i := range statusTable {
		list = append(list, statusTable[i].keys...)
	}
	return append(list, "made")
}

func keyList() string {
	list := keys()
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// statusOf returns the status in which a key stands, written as a call; empty if it
// stands in all.
func statusOf(key string) string {
	for i := range statusTable {
		if slices.Contains(statusTable[i].keys, key) {
			return string(statusTable[i].name) + "(...)"
		}
	}
	return ""
}

func (s Status) takes(key string) bool { return key == "made" || slices.Contains(s.spec().keys, key) }

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
		near := Nearest(strings.ToLower(key), keys())
		if strings.HasPrefix(key, "exit") {
			near = "code"
		}
		hint, fixes := "did you mean "+quote(near)+"?", []Fix{{keySpan, near}}
		switch {
		case near == "":
			hint, fixes = "the keys are "+keyList(), nil
		case !c.Status.takes(near):
			hint, fixes = hint+" It stands in "+statusOf(near), nil
		}
		b.suggest(UnknownKey, keySpan, hint, fixes, "unknown key %s", quote(key))
		return false
	case !c.Status.takes(key):
		about := "failures"
		switch key {
		case "result":
			about = "success"
		case "condition":
			about = "what is ready"
		}
		b.add(MisplacedKey, span, "write it in "+statusOf(key), "%s is about %s and has no meaning in %s", quote(key), about, quote(string(c.Status)))
		return false
	case key == "result":
		return b.result(c, value, valueSpan)
	case value != "" && (value[0] == '"' || value[0] == '\''):
		plain := key + "=" + strings.Trim(value, `"'`)
		b.suggest(BadValue, valueSpan, "write "+clip(plain), []Fix{{span, plain}}, "a value has no quotes")
		return false
	case key == "made":
		if value != "before" {
			var fixes []Fix
			if !c.Status.spec().needsCount {
				fixes = []Fix{{span, "made=before"}}
			}
			b.suggest(BadValue, valueSpan, `write "made=before": created before the annotated Job`, fixes, "%s is not a value of %s", quote(value), quote(key))
			return false
		}
		c.Before = true
	case key == "condition":
		switch {
		case c.Condition != "":
			b.add(BadValue, span, "write a check for each: ready(a, condition=X), ready(a, condition=Y)", "a check has one condition")
			return false
		case !isReason(value):
			b.add(BadValue, valueSpan, "write the type of a condition, as in: condition=Synced", "%s is not the type of a condition", quote(value))
			return false
		}
		c.Condition = value
	case key == "reason":
		if !isReason(value) {
			b.add(BadValue, valueSpan, "write the reason as the Job gives it, as in: reason=BackoffLimitExceeded", "%s is not the reason of a failure", quote(value))
			return false
		}
		c.Reasons = append(c.Reasons, value)
	default:
		codes, hint, meant := parseCodes(value)
		if hint != "" {
			var fixes []Fix
			if meant != "" {
				fixes = []Fix{{span, meant}}
			}
			b.suggest(BadValue, valueSpan, hint, fixes, "%s is not an exit code or a range of them", quote(value))
			return false
		}
		c.Codes = append(c.Codes, codes)
	}
	return true
}

// result reads the value of result=, which may be any text in quotes.
func (b *builder) result(c *Check, value string, at Span) bool {
	plain := value
	if value != "" && (value[0] == '"' || value[0] == '\'') {
		plain = value[1 : len(value)-1]
	}
	switch {
	case value == "":
		b.add(BadValue, at, `write a result, as in: result=yes, or result="" for none`, "there is no result behind the sign")
		return false
	case plain != strings.TrimRight(plain, " \t\r\n\v\f"):
		b.add(BadValue, at, "leave it out", "a result has no white space at its end")
		return false
	case len(plain) > MaxResult:
		b.add(BadValue, at, "compare a short result, such as yes", "a result that is compared has %d bytes at most, this one has %d", MaxResult, len(plain))
		return false
	}
	c.Results = append(c.Results, plain)
	return true
}

// quotedValue returns a value as it is written, in quotes where it needs them. It never
// has both kinds of quotes: there is no way to write that.
func quotedValue(s string) string {
	plain := func(r rune) bool { return r < utf8.RuneSelf && (isNameByte(byte(r)) || 'A' <= r && r <= 'Z') }
	switch {
	case s != "" && strings.TrimFunc(s, plain) == "":
		return s
	case strings.Contains(s, `"`):
		return "'" + s + "'"
	default:
		return `"` + s + `"`
	}
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

// parseCodes reads 3 or 3..7; hint is not empty if it is neither, and meant is
// what is likely meant.
func parseCodes(s string) (codes CodeRange, hint, meant string) {
	first, last, ranged := strings.Cut(s, "..")
	low, err := strconv.ParseInt(first, 10, 32)
	high := low
	if err == nil && ranged {
		high, err = strconv.ParseInt(last, 10, 32)
	}
	from, to, dash := strings.Cut(s, "-")
	switch {
	case err != nil && dash && isDigits(from) && isDigits(to):
		low, err := strconv.ParseInt(from, 10, 32)
		high, wrong := strconv.ParseInt(to, 10, 32)
		if err == nil && wrong == nil {
			meant = "code=" + strconv.FormatInt(min(low, high), 10) + ".." + strconv.FormatInt(max(low, high), 10)
			return codes, "write " + quote(meant), meant
		}
		return codes, "write a number, as in: code=3 or code=3..7", ""
	case err != nil || low < 0 || !isDigits(first):
		return codes, "write a number, as in: code=3 or code=3..7", ""
	case high < 0:
		return codes, "write a number, as in: code=3 or code=3..7", ""
	case high < low:
		meant = "code=" + last + ".." + first
		return codes, "write " + quote(meant), meant
	}
	return CodeRange{Low: int32(low), High: int32(high)}, "", ""
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
