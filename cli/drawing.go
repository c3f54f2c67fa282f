package cli

import (
	"fmt"
	"strings"

	"depctl.dev/lang"
)

// drawFindings returns findings as compilers write them: the place, what is
// wrong, the line with a mark under the place, and the hint.
func drawFindings(findings []finding, colour bool) string {
	var b strings.Builder
	for _, f := range findings {
		line, column := f.manifest.lines.position(f.Span.Start)
		place := fmt.Sprintf("%s:%d:%d:", oneLine(f.manifest.name), line, column)
		severity, marked := string(f.Severity)+":", "31" // red
		if f.Severity == lang.Warning {
			marked = "33" // yellow
		}
		excerpt, marks := lang.Source{Text: f.manifest.text}.Excerpt(f.Span)
		if colour {
			const bold, green = "1", "32"
			place, severity, marks = paint(place, bold), paint(severity, "1;"+marked), paint(marks, green)
		}
		fmt.Fprintf(&b, "%s %s %s [%s]\n", place, severity, clean(f.Message), f.Code)
		if excerpt != "" {
			fmt.Fprintf(&b, "  %s\n  %s\n", excerpt, marks)
		}
		if f.Hint != "" {
			fmt.Fprintf(&b, "  %s\n", clean(f.Hint))
		}
	}
	return b.String()
}
