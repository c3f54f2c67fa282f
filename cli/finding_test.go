package cli

import (
	"fmt"

	"depctl.dev/lang"
)

func showSpan(m *manifest, span lang.Span) string {
	line, column := m.lines.position(span.Start)
	endLine, endColumn := m.lines.position(span.End)
	return fmt.Sprintf("%d:%d-%d:%d", line, column, endLine, endColumn)
}
