package lang

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of a text, from docs/reference/language.md.
const (
	// MaxText is the longest text that Parse reads, in bytes: all annotations
	// of an object together hold 256 KiB.
	MaxText = 192 << 10
	// MaxTargets is how many targets one expression may name.
	MaxTargets = 10_000
	// MaxNesting is how deep parentheses and "not" may stand inside each other.
	MaxNesting = 32
	// MaxResult is how long a value of result= may be, in bytes.
	MaxResult = 256
	// MaxDiagnostics is how many mistakes are shown of one text.
	MaxDiagnostics = 20
)

// Parse reads an expression. The error, if any, is a *Diagnostics with the
// mistakes that were found, in the order of the text.
func Parse(text string) (*Expr, error) {
	if e := parseNames(text); e != nil {
		return e, nil
	}
	return parseGrammar(text)
}

// parseGrammar reads any expression. For a plain list of names it returns what
// parseNames does, more slowly.
func parseGrammar(text string) (*Expr, error) {
	found := &report{}
	root := read(text, found)
	if d := found.diagnostics(text); d != nil {
		return nil, d
	}
	return newExpr(root), nil
}

func read(text string, found *report) Node {
	switch {
	case len(text) > MaxText:
		found.add(TooLong, Span{}, "write fewer names, or wait for one Job that waits for the others",
			"the text has %d bytes, the limit is %d", len(text), MaxText)
		return nil
	case strings.Trim(text, " \t\r\n") == "":
		found.add(Empty, Span{0, len(text)}, "name the Jobs to wait for, as in: extract, etl/validate", "the expression is empty")
		return nil
	}
	list := textDialect.tokens(text, 0, found)
	if list.cut || found.full() {
		return nil // the grammar would take its time over garbage
	}
	tree, at := parseTokens(expressionGrammar, list)
	if at >= 0 {
		found.add(MissingCheck, Span{at, at}, "", "expected a check")
		return nil
	}
	b := builder{report: found, text: text}
	return b.level(tree, 0)
}

// builder turns the tree of the grammar into that of the language and reports
// what the grammar lets pass.
type builder struct {
	*report
	text string
	// target is where the target that is built stands, with its brackets, and
	// inStatus says whether that is inside a status.
	target   Span
	inStatus bool
	// negated says that the operand that is built stands behind an odd number of "not".
	negated bool
	// foreign says that the target was a dependency of a batch system.
	foreign bool
}

// source returns the text of span, cut to what fits a message.
func (b *builder) source(span Span) string { return clip(b.text[span.Start:span.End]) }

// clip cuts what is repeated in a message or a hint to a readable length.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	end := most
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "..."
}

// quote puts user words, cut to a readable length, in double quotes. What cannot
// be printed is escaped.
func quote(s string) string { return strconv.Quote(clip(s)) }
