package lang

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a text, from docs/language.md.
const (
	// MaxText is the longest text that Parse reads, in bytes.
	MaxText = 192 << 10
	// MaxTargets is how many targets one expression may name.
	MaxTargets = 10_000
	// maxDiagnostics is how many mistakes are reported of one text.
	maxDiagnostics = 20
)

// The kinds of mistakes that Parse reports.
const (
	// Empty: the text names nothing.
	Empty Code = "empty"
	// TooLong: the text exceeds MaxText, or names more than MaxTargets.
	TooLong Code = "too-long"
	// BadName: what stands here is not the name of an object.
	BadName Code = "bad-name"
	// BadCharacter: this sign has no meaning in the language.
	BadCharacter Code = "bad-character"
	// MissingComma: two names stand side by side.
	MissingComma Code = "missing-comma"
	// MissingName: a comma or a slash has no name beside it.
	MissingName Code = "missing-name"
)

// Parse reads an expression. The error, if any, is a *Diagnostics with every
// mistake that was found, in the order of the text.
func Parse(text string) (*Expr, error) {
	p := parser{text: text}
	switch {
	case len(text) > MaxText:
		p.report(TooLong, Span{0, 0}, "write fewer names, or split the Job",
			"the text has %d bytes, the limit is %d", len(text), MaxText)
	case strings.TrimSpace(text) == "":
		p.report(Empty, Span{0, len(text)},
			"name the Jobs to wait for, as in: extract, etl/validate", "the expression is empty")
	default:
		p.list()
	}
	if len(p.found) > 0 {
		return nil, &Diagnostics{Text: text, List: p.found}
	}
	return &Expr{checks: p.checks}, nil
}

type parser struct {
	text   string
	pos    int
	checks []Check
	found  []Diagnostic
}

func (p *parser) report(code Code, span Span, hint, format string, args ...any) {
	if len(p.found) < maxDiagnostics {
		p.found = append(p.found, Diagnostic{Code: code, Span: span, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
}

// list reads names between commas. It goes on after a mistake, at the next
// comma or name, so that one mistake is one diagnostic.
func (p *parser) list() {
	named := false
	for {
		p.space()
		switch {
		case p.pos == len(p.text):
			return // a final comma is allowed
		case p.text[p.pos] == ',':
			if !named {
				p.report(MissingName, Span{p.pos, p.pos + 1}, "", "a name is missing before this comma")
			}
			named = false
			p.pos++
		case isWord(p.text[p.pos]):
			start := p.pos
			ref, ok := p.ref()
			if named {
				p.report(MissingComma, Span{start, p.pos}, fmt.Sprintf("write a comma before %q", p.text[start:p.pos]),
					"expected a comma, found %q", p.text[start:p.pos])
			}
			named = true
			if ok {
				p.add(Check{Ref: ref, Span: Span{start, p.pos}})
			}
		default:
			start := p.pos
			r, size := utf8.DecodeRuneInString(p.text[p.pos:])
			p.pos += size
			p.report(BadCharacter, Span{start, p.pos}, "", "%q has no meaning here", r)
			named = true
		}
	}
}

func (p *parser) add(c Check) {
	p.checks = append(p.checks, c)
	if len(p.checks) == MaxTargets+1 {
		p.report(TooLong, c.Span, "wait for one Job that waits for the others", "more than %d names", MaxTargets)
	}
}

func (p *parser) space() {
	for p.pos < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[p.pos:])
		if !unicode.IsSpace(r) {
			return
		}
		p.pos += size
	}
}

// ref reads name or namespace/name.
func (p *parser) ref() (Ref, bool) {
	start := p.pos
	for p.pos < len(p.text) && (isWord(p.text[p.pos]) || p.text[p.pos] == '/') {
		p.pos++
	}
	namespace, name, slash := strings.Cut(p.text[start:p.pos], "/")
	if !slash {
		return Job("", namespace), p.name(namespace, start)
	}
	if name == "" {
		p.report(MissingName, Span{p.pos - 1, p.pos}, "write namespace/name", "a name is missing after %q", p.text[start:p.pos])
		return Ref{}, false
	}
	if !p.name(namespace, start) || !p.name(name, start+len(namespace)+1) {
		return Ref{}, false
	}
	return Job(namespace, name), true
}

// name checks a name by RFC 1123, as Kubernetes does for objects.
func (p *parser) name(s string, start int) bool {
	for i := range len(s) {
		c := s[i]
		edge := i == 0 || i == len(s)-1
		switch {
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || !edge && (c == '-' || c == '.'):
			continue
		case 'A' <= c && c <= 'Z':
			p.report(BadName, Span{start, start + len(s)}, fmt.Sprintf("did you mean %q?", strings.ToLower(s)),
				"%q has upper case letters, names of objects have none", s)
		default:
			p.report(BadName, Span{start, start + len(s)}, "a name has lower case letters, digits, - and ., and starts and ends with a letter or a digit",
				"%q is not the name of an object", s)
		}
		return false
	}
	if len(s) == 0 || len(s) > 253 {
		p.report(BadName, Span{start, start + len(s)}, "a name has 1 to 253 characters", "this name has %d characters", len(s))
		return false
	}
	return true
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_'
}
