package notation

import (
	"errors"
	"strings"
)

// Word is one argument of a line of options.
type Word struct {
	Text string
	// Column counts characters of the line from 1.
	Column int
}

var errOpenQuote = errors.New("a quote is not closed")

// Words splits a line as a shell does, without expanding anything: quotes, a
// backslash before any character, and comments.
func Words(line string) ([]Word, error) {
	var list []Word
	var b strings.Builder
	start, column := 0, 0
	inside := false
	quote := rune(0)
	escaped := false
	begin := func() {
		if !inside {
			inside, start = true, column
		}
	}
	for _, c := range line {
		column++
		switch {
		case escaped:
			if quote == '"' && !strings.ContainsRune(`"\$`+"`", c) {
				b.WriteByte('\\')
			}
			b.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			begin()
			escaped = true
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				b.WriteRune(c)
			}
		case c == '"' || c == '\'':
			begin()
			quote = c
		case c == ' ' || c == '\t' || c == '\r':
			if inside {
				list = append(list, Word{b.String(), start})
				b.Reset()
				inside = false
			}
		case c == '#' && !inside:
			return list, nil
		default:
			begin()
			b.WriteRune(c)
		}
	}
	if quote != 0 {
		return nil, errOpenQuote
	}
	if escaped {
		b.WriteByte('\\')
	}
	if inside {
		list = append(list, Word{b.String(), start})
	}
	return list, nil
}
