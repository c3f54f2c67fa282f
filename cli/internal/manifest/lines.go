package manifest

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// lines leads from places in a text, as line and column, to byte offsets and
// back. Both count from 1, columns in characters. It remembers the last place,
// so that going through one long line forwards costs no more than the line.
type lines struct {
	text   string
	starts []int
	// The last place that was asked for: line is an index of starts.
	line, offset, column int
}

// FileLines returns the lines of a text as editors count them.
func FileLines(text string) *lines {
	return newLines(text, func(rest string) int {
		if rest[0] == '\n' {
			return 1
		}
		return 0
	})
}

// yamlLines returns the lines of a text as YAML counts them.
func yamlLines(text string) *lines {
	return newLines(text, func(rest string) int {
		width, _ := lineBreak(rest)
		return width
	})
}

func newLines(text string, width func(rest string) int) *lines {
	l := &lines{text: text, starts: []int{0}, column: 1}
	for i := 0; i < len(text); {
		if n := width(text[i:]); n > 0 {
			i += n
			l.starts = append(l.starts, i)
			continue
		}
		i++
	}
	return l
}

// at returns the byte offset of a place.
func (l *lines) at(line, column int) int {
	line = min(max(line, 1), len(l.starts)) - 1
	if line != l.line || column < l.column {
		l.line, l.offset, l.column = line, l.starts[line], 1
	}
	for l.column < column && l.offset < len(l.text) {
		_, size := utf8.DecodeRuneInString(l.text[l.offset:])
		l.offset += size
		l.column++
	}
	return l.offset
}

// position returns the line and the column of a byte offset.
func (l *lines) position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(l.text))
	line = sort.SearchInts(l.starts, offset+1) - 1
	if line != l.line || offset < l.offset {
		l.line, l.offset, l.column = line, l.starts[line], 1
	}
	l.column += utf8.RuneCountInString(l.text[l.offset:offset])
	l.offset = offset
	return line + 1, l.column
}

// lineBreak returns how long the line break at the beginning of text is, 0 if
// there is none, and what YAML makes of it inside a scalar.
func lineBreak(text string) (width int, value string) {
	switch {
	case strings.HasPrefix(text, "\r\n"):
		return 2, "\n"
	case strings.HasPrefix(text, "\n"), strings.HasPrefix(text, "\r"):
		return 1, "\n"
	case strings.HasPrefix(text, "\u0085"):
		return 2, "\n"
	case strings.HasPrefix(text, "\u2028"), strings.HasPrefix(text, "\u2029"):
		return 3, text[:3]
	}
	return 0, ""
}
