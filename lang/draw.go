package lang

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Source is the text on which diagnostics are drawn. It need not be the text
// that was parsed: Offset leads from one to the other, so that a mistake in an
// expression is shown at its place in the file that holds it.
type Source struct {
	// Name stands before each position: "depends-on", or a file.
	Name string
	Text string
	// Offset maps an offset of the parsed text to one of Text; nil is the
	// identity.
	Offset func(int) int
}

// Place returns where in the source span lies, with Offset applied.
func (s Source) Place(span Span) Span {
	if s.Offset != nil {
		start := s.Offset(span.Start)
		end := start
		if span.End > span.Start {
			// The end is exclusive: what follows it may lie on another line.
			end = s.Offset(span.End-1) + 1
		}
		span = Span{start, end}
	}
	start := min(max(span.Start, 0), len(s.Text))
	return Span{start, min(max(span.End, start), len(s.Text))}
}

// Position returns the line and the column of a byte offset in text, both
// counted from 1, the column in characters.
func Position(text string, offset int) (line, column int) {
	before := text[:min(max(offset, 0), len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

// Draw returns the diagnostics as text: for each its position, message and
// code, the line with a caret under the place, and the hint. A long line is
// cut around the place. The result has no final line break.
func (s Source) Draw(list []Diagnostic) string {
	var b strings.Builder
	for i, d := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		s.draw(&b, d)
	}
	return b.String()
}

// Line returns a diagnostic in one line, without the text that it is about and
// without its severity.
func (s Source) Line(d Diagnostic) string {
	line, column := Position(s.Text, s.Place(d.Span).Start)
	text := fmt.Sprintf("%s:%d:%d: %s [%s]", s.Name, line, column, visible(d.Message), d.Code)
	if d.Hint != "" {
		text += ": " + visible(d.Hint)
	}
	return strings.ReplaceAll(text, "\n", " ")
}

func (s Source) draw(b *strings.Builder, d Diagnostic) {
	span := s.Place(d.Span)
	line, column := Position(s.Text, span.Start)
	severity := ""
	if d.Severity == Warning {
		severity = "warning: "
	}
	fmt.Fprintf(b, "%s:%d:%d: %s%s [%s]", s.Name, line, column, severity, visible(d.Message), d.Code)
	if source, blanks, carets := s.excerpt(span); strings.TrimSpace(source) != "" {
		fmt.Fprintf(b, "\n  %s\n  %s%s", source, blanks, carets)
	}
	if d.Hint != "" {
		b.WriteString("\n  " + visible(d.Hint))
	}
}

// Excerpt returns what Draw shows of the place: the line, and under it the
// marks. Both are empty where there is nothing to see.
func (s Source) Excerpt(span Span) (line, marks string) {
	line, blanks, carets := s.excerpt(s.Place(span))
	if strings.TrimSpace(line) == "" {
		return "", ""
	}
	return line, blanks + carets
}

// The width of an excerpt, in characters: what fits a terminal.
const (
	excerptBefore = 50
	excerptWidth  = 100
)

// excerpt returns the part of the first line of span that is shown, and what
// leads to and marks the place under it.
func (s Source) excerpt(span Span) (source, blanks, carets string) {
	from := strings.LastIndexByte(s.Text[:span.Start], '\n') + 1
	to := len(s.Text)
	if n := strings.IndexByte(s.Text[from:], '\n'); n >= 0 {
		to = from + n
	}
	if to > from && s.Text[to-1] == '\r' {
		to--
	}
	start := span.Start
	for n := 0; start > from && n < excerptBefore; n++ {
		_, size := utf8.DecodeLastRuneInString(s.Text[from:start])
		start -= size
	}
	var text, lead, mark strings.Builder
	if start > from {
		text.WriteString("...")
		lead.WriteString("   ")
	}
	shown := 0
	for i := start; i < to; shown++ {
		if shown == excerptWidth {
			text.WriteString("...")
			break
		}
		r, size := utf8.DecodeRuneInString(s.Text[i:])
		text.WriteRune(printable(r, size))
		switch {
		case i < span.Start:
			lead.WriteString(blank(r))
		case i == span.Start:
			mark.WriteByte('^')
			if wide(r) {
				mark.WriteByte('~')
			}
		case i < span.End:
			mark.WriteByte('~')
			if wide(r) {
				mark.WriteByte('~')
			}
		}
		i += size
	}
	if mark.Len() == 0 {
		mark.WriteByte('^')
	}
	return strings.TrimRight(text.String(), " "), lead.String(), mark.String()
}

// printable returns what is drawn for r: nothing that moves the cursor, hides
// or reorders the line.
func printable(r rune, size int) rune {
	switch {
	case r == utf8.RuneError && size == 1, unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
		return utf8.RuneError
	case r == '\t' || unicode.IsSpace(r) && r != '\u3000':
		return ' '
	case unicode.IsControl(r) || !unicode.IsPrint(r) && r != '\u3000':
		return utf8.RuneError
	default:
		return r
	}
}

// visible returns s, which may repeat what the user wrote, as it is drawn.
func visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r != '\n' {
			r = printable(r, size)
		}
		b.WriteRune(r)
		i += size
	}
	return b.String()
}

func blank(r rune) string {
	if wide(r) {
		return "  "
	}
	return " "
}

// wide reports whether terminals draw r two columns wide: East Asian wide and
// full-width characters, and emoji.
func wide(r rune) bool {
	return r >= 0x1100 && r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff01 && r <= 0xff60 ||
		r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff || r >= 0x20000 && r <= 0x3fffd
}
