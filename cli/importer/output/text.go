package output

import (
	"regexp"
	"slices"
	"strings"
)

// String returns the expression as the language has it, and an empty text for what
// waits for nothing.
func (e *Expr) String() string { return e.text(false) }

func (e *Expr) text(inside bool) string {
	switch e.op {
	case isTrue:
		return ""
	case isFalse:
		return "not anything" // which is not written: a Job that never runs is none
	case isNot:
		return "not " + e.terms[0].text(true)
	case isAll, isAny:
		separator := ", "
		if e.op == isAny {
			separator = " or "
		}
		var texts []string
		for _, t := range e.grouped() {
			texts = append(texts, t.text(true))
		}
		text := strings.Join(texts, separator)
		if inside && len(texts) > 1 {
			return "(" + text + ")"
		}
		return text
	}
	text := e.targets[0]
	if e.status != "" || len(e.targets) > 1 {
		parts := slices.Clone(e.targets)
		if e.keys != "" {
			parts = append(parts, e.keys)
		}
		status := e.status
		if status == "" {
			status = "succeeded"
		}
		text = status + "(" + strings.Join(parts, ", ") + ")"
	}
	if e.count != "" {
		text += " " + e.count
	}
	if e.delay != "" {
		text += " + " + e.delay
	}
	return text
}

// grouped returns the terms, of an all-of with one finished(a, b) in place of several.
func (e *Expr) grouped() []*Expr {
	if e.op != isAll {
		return e.terms
	}
	var terms []*Expr
	at := -1
	for _, t := range e.terms {
		plain := t.op == isCheck && t.status == "finished" && t.count == "" && t.delay == ""
		switch {
		case plain && at >= 0:
			merged := *terms[at]
			merged.targets = slices.Concat(merged.targets, t.targets)
			terms[at] = &merged
		case plain:
			at = len(terms)
			terms = append(terms, t)
		default:
			terms = append(terms, t)
		}
	}
	return terms
}

var plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)

// quote returns a result as the language has it, which knows two kinds of quotes and no
// escapes. A text with both cannot be said: lang.Parse refuses what is returned.
func quote(text string) string {
	switch {
	case plainWord.MatchString(text):
		return text
	case strings.Contains(text, `"`):
		return "'" + text + "'"
	}
	return `"` + text + `"`
}
