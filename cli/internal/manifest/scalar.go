package manifest

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"depctl.dev/lang"
)

// scalar reads a YAML scalar once more, as the YAML library does, and notes
// where in the file each byte of its value comes from. The library keeps only
// where a scalar begins.
type scalar struct {
	text string
	at   int

	// begin and end are where the scalar stands, quotes and all.
	begin, end int
	value      []byte
	// For each byte of value: the range of text that it was made of. For an
	// escape that is all of it, for a folded line the line break.
	from, to []int
}

// readScalar reads a scalar that begins at an offset of text, after its tag and
// anchor if it has any.
func readScalar(text string, at int, n *yaml.Node) *scalar {
	s := &scalar{text: text, at: at, begin: at}
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		s.quoted('"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		s.quoted('\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		s.block(n.Style&yaml.FoldedStyle != 0, n.Value)
	default:
		s.plain(n.Value)
	}
	s.end = s.at
	return s
}

// span returns the place in the file of a place in the value.
func (s *scalar) span(of lang.Span) lang.Span {
	last := len(s.value) - 1
	start := min(of.Start, last)
	switch {
	case last < 0:
		return lang.Span{Start: s.begin, End: s.end}
	case of.Start > last:
		return lang.Span{Start: s.to[last], End: s.to[last]}
	case of.End <= of.Start:
		return lang.Span{Start: s.from[start], End: s.from[start]}
	default:
		return lang.Span{Start: s.from[start], End: s.to[min(of.End-1, last)]}
	}
}

// emit adds to the value what a range of the text means.
func (s *scalar) emit(value string, from, to int) {
	s.value = append(s.value, value...)
	for range len(value) {
		s.from = append(s.from, from)
		s.to = append(s.to, to)
	}
}

// copy adds the character at s.at as it is.
func (s *scalar) copy() {
	_, size := utf8.DecodeRuneInString(s.text[s.at:])
	s.emit(s.text[s.at:s.at+size], s.at, s.at+size)
	s.at += size
}

func (s *scalar) blankOrBreak() bool {
	width, _ := lineBreak(s.text[s.at:])
	return width > 0 || s.text[s.at] == ' ' || s.text[s.at] == '\t'
}

// plain reads a scalar without quotes. Where it ends depends on what is around
// it, so the length of its value tells.
func (s *scalar) plain(value string) {
	for s.at < len(s.text) && len(s.value) < len(value) {
		if s.blankOrBreak() {
			s.fold(false)
		} else {
			s.copy()
		}
	}
}

// fold reads white space. Inside a line it stays; of line breaks the first
// becomes a space, or nothing if more follow. After an escaped line break there
// is no first one.
func (s *scalar) fold(escaped bool) {
	first := s.at
	var breaks []int
	for s.at < len(s.text) && s.blankOrBreak() {
		width, _ := lineBreak(s.text[s.at:])
		if width > 0 {
			breaks = append(breaks, s.at)
		}
		s.at += max(width, 1)
	}
	if len(breaks) == 0 && !escaped {
		for i := first; i < s.at; i++ {
			s.emit(s.text[i:i+1], i, i+1)
		}
		return
	}
	for i, at := range breaks {
		width, value := lineBreak(s.text[at:])
		if i == 0 && !escaped && value == "\n" {
			if value = " "; len(breaks) > 1 {
				continue
			}
		}
		s.emit(value, at, at+width)
	}
}

func (s *scalar) quoted(quote byte) {
	s.at++
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == quote && quote == '\'' && strings.HasPrefix(s.text[s.at:], "''"):
			s.emit("'", s.at, s.at+2)
			s.at += 2
		case c == quote:
			s.at++
			return
		case c == '\\' && quote == '"':
			s.escape()
		case s.blankOrBreak():
			s.fold(false)
		default:
			s.copy()
		}
	}
}

// escape reads what a backslash begins, in YAML and in JSON.
func (s *scalar) escape() {
	rest := s.text[s.at+1:]
	if width, _ := lineBreak(rest); width > 0 {
		s.at += 1 + width
		s.fold(true)
		return
	}
	if rest == "" {
		s.at++
		return
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[rest[0]]
	if digits == 0 {
		s.emit(escaped(rest[0]), s.at, s.at+2)
		s.at += 2
		return
	}
	r, size := hexRune(rest[1:], digits), 2+digits
	if low := strings.TrimPrefix(rest[min(1+digits, len(rest)):], `\u`); utf16.IsSurrogate(r) {
		// JSON writes a character beyond 16 bits as two.
		if both := utf16.DecodeRune(r, hexRune(low, 4)); both != utf8.RuneError {
			r, size = both, 2*size
		}
	}
	end := min(s.at+size, len(s.text))
	s.emit(string(r), s.at, end)
	s.at = end
}

func hexRune(text string, digits int) rune {
	n, err := strconv.ParseUint(text[:min(digits, len(text))], 16, 32)
	if err != nil || n > utf8.MaxRune {
		return utf8.RuneError
	}
	return rune(n)
}

// escaped returns what a backslash and this character stand for.
func escaped(c byte) string {
	switch c {
	case '0':
		return "\x00"
	case 'a':
		return "\a"
	case 'b':
		return "\b"
	case 't':
		return "\t"
	case 'n':
		return "\n"
	case 'v':
		return "\v"
	case 'f':
		return "\f"
	case 'r':
		return "\r"
	case 'e':
		return "\x1b"
	case 'N':
		return "\u0085"
	case '_':
		return "\u00a0"
	case 'L':
		return "\u2028"
	case 'P':
		return "\u2029"
	default:
		return string(rune(c)) // a quote, a slash, a backslash, a space or a tab
	}
}
