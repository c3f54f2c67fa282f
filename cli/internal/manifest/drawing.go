package manifest

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// DrawFindings returns findings as compilers write them: the place, what is
// wrong, the line with a mark under the place, and the hint.
func DrawFindings(findings []Finding, colour bool) string {
	var b strings.Builder
	for _, f := range findings {
		line, column := f.Manifest.Lines.position(f.Span.Start)
		place := fmt.Sprintf("%s:%d:%d:", picture.OneLine(f.Manifest.Name), line, column)
		if f.Manifest.Live != nil {
			place = picture.OneLine(f.Manifest.Name) + ":"
		}
		severity, marked := string(f.Severity)+":", "31" // red
		if f.Severity == lang.Warning {
			marked = "33" // yellow
		}
		shown, marks := excerpt(f.Manifest.Text, f.Span)
		if colour {
			const bold, green = "1", "32"
			place, severity, marks = picture.Paint(place, bold), picture.Paint(severity, "1;"+marked), picture.Paint(marks, green)
		}
		fmt.Fprintf(&b, "%s %s %s [%s]\n", place, severity, picture.Clean(f.Message), f.Code)
		if shown != "" {
			fmt.Fprintf(&b, "  %s\n  %s\n", shown, marks)
		}
		if f.Hint != "" {
			fmt.Fprintf(&b, "  %s\n", picture.Clean(f.Hint))
		}
	}
	return b.String()
}

// excerpt returns the line of a place and the marks under it. It looks at what
// is near alone: what others wrote for programs has everything in one line.
func excerpt(text string, span lang.Span) (line, marks string) {
	const near = 2 << 10 // bytes, more than an excerpt ever shows
	from, to := max(span.Start-near, 0), min(span.Start+near, len(text))
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	return lang.Source{Text: text[from:to]}.Excerpt(lang.Span{Start: span.Start - from, End: span.End - from})
}
