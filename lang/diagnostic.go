package lang

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Span is a half-open range of bytes in the text of an expression.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

func (s Span) to(o Span) Span { return Span{s.Start, o.End} }

// Severity says whether a diagnostic holds the Job.
type Severity string

// The severities. A text with an Error has no meaning and holds its Job; a
// Warning is about a text that probably means something else than was meant.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one mistake in the text of an expression.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	Span     Span     `json:"span"`
	Message  string   `json:"message"`
	// Hint says what to do about it; empty when there is no likely fix.
	Hint string `json:"hint,omitempty"`
	// Fixes are the texts that Hint suggests, one of which would do.
	Fixes []Fix `json:"fixes,omitempty"`
}

// Fix is text that is likely meant, in place of a part of the text.
type Fix struct {
	Span Span   `json:"span"`
	Text string `json:"text"`
}

// Diagnostics are the mistakes of one text, in the order of the text. They are
// the error that Parse returns.
type Diagnostics struct {
	// Text is what was parsed.
	Text string
	// List has at most MaxDiagnostics.
	List []Diagnostic
	// More counts those beyond List.
	More int
}

// Error returns all diagnostics, drawn with the lines of the text that they
// are about and a caret under the place. The result has no final line break.
func (d *Diagnostics) Error() string {
	var b strings.Builder
	b.WriteString(Source{Name: "depends-on", Text: d.Text}.Draw(d.List))
	switch {
	case d.More == 1:
		b.WriteString("\nand 1 more error")
	case d.More > 1:
		fmt.Fprintf(&b, "\nand %d more errors", d.More)
	}
	return b.String()
}

// report collects the mistakes of one text. It keeps those that come first in
// the text, whatever the order in which they are found, and holds at most twice
// as many as it will show.
type report struct {
	list []Diagnostic
	more int
	// past is where the last of those that will be shown stands, once there
	// are enough of them: what lies behind it is only counted.
	past int
}

func (r *report) add(code Code, span Span, hint, format string, args ...any) {
	r.addSeverity(Error, code, span, hint, nil, format, args...)
}

// suggest adds a mistake with the texts that its hint suggests.
func (r *report) suggest(code Code, span Span, hint string, fixes []Fix, format string, args ...any) {
	r.addSeverity(Error, code, span, hint, fixes, format, args...)
}

func (r *report) addSeverity(severity Severity, code Code, span Span, hint string, fixes []Fix, format string, args ...any) {
	if r.more > 0 && span.Start >= r.past {
		r.more++
		return
	}
	r.list = append(r.list, Diagnostic{
		Severity: severity, Code: code, Span: span, Hint: hint, Fixes: fixes, Message: fmt.Sprintf(format, args...),
	})
	if len(r.list) > 2*MaxDiagnostics {
		r.trim()
	}
}

func (r *report) trim() {
	slices.SortStableFunc(r.list, func(a, b Diagnostic) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	if len(r.list) > MaxDiagnostics {
		r.more += len(r.list) - MaxDiagnostics
		r.list = r.list[:MaxDiagnostics]
		r.past = r.list[MaxDiagnostics-1].Span.Start
	}
}

// full reports whether there are as many mistakes as will be shown.
func (r *report) full() bool { return len(r.list)+r.more >= MaxDiagnostics }

func (r *report) empty() bool { return len(r.list) == 0 }

// diagnostics returns what was found in text, nil if nothing was.
func (r *report) diagnostics(text string) *Diagnostics {
	if r.empty() {
		return nil
	}
	r.trim()
	return &Diagnostics{Text: text, List: r.list, More: r.more}
}
