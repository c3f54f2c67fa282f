package lang

import "strings"

// Expr is a parsed expression: for now the names of Jobs that must all have
// succeeded. It is immutable and safe for concurrent use.
type Expr struct {
	checks []Check
}

// Check is one condition of an expression, and where the text says it.
type Check struct {
	Ref  Ref
	Span Span
}

// Checks returns the checks in the order of the text. The caller must not
// change them.
func (e *Expr) Checks() []Check { return e.checks }

// String returns the canonical text of e: Parse(e.String()) equals e but for
// spans.
func (e *Expr) String() string {
	names := make([]string, len(e.checks))
	for i, c := range e.checks {
		names[i] = c.Ref.String()
	}
	return strings.Join(names, ", ")
}
