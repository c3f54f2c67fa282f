package lang

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Code names a kind of mistake. Codes are stable: tools match on them.
type Code string

// Span is a half-open range of bytes in the text of an expression.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Diagnostic is one mistake in the text of an expression.
type Diagnostic struct {
	Code    Code   `json:"code"`
	Span    Span   `json:"span"`
	Message string `json:"message"`
	// Hint says what to do about it; empty when there is no likely fix.
	Hint string `json:"hint,omitempty"`
}

// Diagnostics are the mistakes of one text, in the order of the text. They are
// the error that Parse returns; Text is what was parsed.
type Diagnostics struct {
	Text string
	List []Diagnostic
}

// Error returns all diagnostics, drawn with the lines of text that they are
// about and a caret under the place. The result has no final line break.
func (d *Diagnostics) Error() string {
	var b strings.Builder
	for i, one := range d.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		one.draw(&b, d.Text)
	}
	return b.String()
}

// Position returns the line and the column of a byte offset in text, both
// counted from 1, the column in characters.
func Position(text string, offset int) (line, column int) {
	offset = min(max(offset, 0), len(text))
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

func (d Diagnostic) draw(b *strings.Builder, text string) {
	line, column := Position(text, d.Span.Start)
	fmt.Fprintf(b, "depends-on:%d:%d: %s [%s]", line, column, d.Message, d.Code)
	source := strings.TrimSuffix(strings.Split(text, "\n")[line-1], "\r")
	if strings.TrimSpace(source) != "" {
		width := 1
		if end := min(d.Span.End, len(text)); end > d.Span.Start {
			marked, _, _ := strings.Cut(text[d.Span.Start:end], "\n")
			width = max(1, utf8.RuneCountInString(marked))
		}
		fmt.Fprintf(b, "\n  %s\n  %s^%s", strings.ReplaceAll(source, "\t", " "),
			strings.Repeat(" ", column-1), strings.Repeat("~", width-1))
	}
	if d.Hint != "" {
		fmt.Fprintf(b, "\n  %s", d.Hint)
	}
}
