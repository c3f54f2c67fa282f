package manifest

import "strings"

// maxIndent bounds how many indentations are tried for a block scalar that
// says its own, relative to a parent that is not known here.
const maxIndent = 128

// block reads a scalar that | or > begins. Its indentation is that of the first
// line with text, or is given relative to what is around the scalar: the value
// tells which it was.
func (s *scalar) block(folded bool, value string) {
	start := s.at
	s.at++
	chomping, given := byte(0), 0
	for ; s.at < len(s.text) && strings.IndexByte("+-123456789", s.text[s.at]) >= 0; s.at++ {
		if c := s.text[s.at]; c == '+' || c == '-' {
			chomping = c
		} else {
			given = int(c - '0')
		}
	}
	for s.at < len(s.text) {
		if width, _ := lineBreak(s.text[s.at:]); width > 0 {
			s.at += width
			break
		}
		s.at++
	}
	content, found := s.at, s.indent()
	candidates := []int{max(found, 1)}
	if given > 0 {
		candidates = nil
		for n := given; n <= min(found, maxIndent); n++ {
			candidates = append(candidates, n)
		}
	}
	// Without any content, what is around the scalar follows at once.
	const none = 1 << 30
	for _, indent := range append(candidates, none) {
		s.at, s.value, s.from, s.to = content, nil, nil, nil
		if s.blockLines(folded, chomping, indent); string(s.value) == value {
			return
		}
	}
	s.at = start + 1
}

// indent returns the deepest column up to and including the first line with
// text.
func (s *scalar) indent() int {
	deepest, column := 0, 0
	for i := s.at; i < len(s.text); {
		width, _ := lineBreak(s.text[i:])
		switch {
		case width > 0:
			column = 0
			i += width
			continue
		case s.text[i] != ' ':
			return deepest
		}
		i++
		column++
		deepest = max(deepest, column)
	}
	return deepest
}

// foldable is a line break that is not in the value yet.
type foldable struct {
	value    string
	from, to int
}

func (s *scalar) emitBreaks(breaks []foldable) {
	for _, b := range breaks {
		s.emit(b.value, b.from, b.to)
	}
}

// blockLines reads the lines of a block scalar, step by step as the YAML
// library does.
func (s *scalar) blockLines(folded bool, chomping byte, indent int) {
	var leading []foldable
	trailing, column := s.emptyLines(indent)
	leadingBlank := false
	for column == indent && s.at < len(s.text) {
		blank := s.text[s.at] == ' ' || s.text[s.at] == '\t'
		if folded && !leadingBlank && !blank && len(leading) > 0 && leading[0].value == "\n" {
			if leading[0].value = " "; len(trailing) > 0 {
				leading = nil
			}
		}
		s.emitBreaks(leading)
		s.emitBreaks(trailing)
		leading, leadingBlank = nil, blank
		for s.at < len(s.text) {
			if width, value := lineBreak(s.text[s.at:]); width > 0 {
				leading = []foldable{{value, s.at, s.at + width}}
				s.at += width
				break
			}
			s.copy()
		}
		trailing, column = s.emptyLines(indent)
	}
	if chomping != '-' {
		s.emitBreaks(leading)
	}
	if chomping == '+' {
		s.emitBreaks(trailing)
	}
}

// emptyLines reads empty lines and the indentation of the line after them.
func (s *scalar) emptyLines(indent int) (breaks []foldable, column int) {
	for {
		for column = 0; column < indent && s.at < len(s.text) && s.text[s.at] == ' '; column++ {
			s.at++
		}
		width, value := lineBreak(s.text[s.at:])
		if width == 0 {
			return breaks, column
		}
		breaks = append(breaks, foldable{value, s.at, s.at + width})
		s.at += width
	}
}
