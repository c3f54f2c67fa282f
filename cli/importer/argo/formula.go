package argo

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"depctl.dev/cli/importer/output"
)

// value is what a part of a formula is: a text, or a condition that Jobs decide.
type value struct {
	text string
	// isText says that it was a text and no number or truth value, which "==" of
	// expr-lang asks for; "when" compares texts.
	condition *output.Expr
	ref       *ref
}

func (v value) String() string { return v.text }

// truth returns the value as a condition.
func (v value) truth() (*output.Expr, error) {
	switch {
	case v.condition != nil:
		return v.condition, nil
	case v.ref != nil:
		return v.equals("true")
	case v.text == "true":
		return output.True(), nil
	case v.text == "false":
		return output.False(), nil
	}
	return nil, fmt.Errorf("%q is neither true nor false", v.text)
}

func truthValue(b bool) value { return value{text: strconv.FormatBool(b)} }

func (v value) static() error {
	if v.ref != nil || v.condition != nil {
		return errors.New("it needs a value that is known only when a Job has run, and of such a value only == and != can be asked")
	}
	return nil
}

// equals asks whether what a ref stands for is this text.
func (v value) equals(text string) (*output.Expr, error) {
	switch v.ref.kind {
	case isResult:
		return v.ref.of.said(*v.ref, text)
	case isStatus:
		return v.ref.of.status(text)
	case isCode:
		return v.ref.of.exited(text)
	}
	return nil, fmt.Errorf("{{%s}} is not known before the pod runs", v.ref.said)
}

// evaluate reads an expression of {{=...}}.
func (s scope) evaluate(text string) (value, error) { return s.formula(text, false) }

// condition reads a "when".
func (s scope) condition(text string) (*output.Expr, error) {
	v, err := s.formula(text, true)
	if err != nil {
		return nil, err
	}
	return v.truth()
}

func (s scope) formula(text string, when bool) (value, error) {
	tokens, err := lex(text, when)
	if err != nil {
		return value{}, err
	}
	p := &parser{scope: s, tokens: tokens, when: when}
	v, err := p.ternary()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q is not understood here", p.tokens[0].text)
	}
	return v, err
}

type parser struct {
	scope
	tokens []token
	when   bool
	depth  int
}

func (p *parser) next(texts ...string) string {
	if len(p.tokens) > 0 && p.tokens[0].kind == 'o' {
		for _, text := range texts {
			if p.tokens[0].text == text {
				p.tokens = p.tokens[1:]
				return text
			}
		}
	}
	return ""
}

func (p *parser) ternary() (value, error) {
	if p.depth++; p.depth > maxDepth {
		return value{}, errors.New("it is nested too deep")
	}
	defer func() { p.depth-- }()
	v, err := p.any()
	if err != nil || p.next("?") == "" {
		return v, err
	}
	yes, err := p.ternary()
	if err != nil {
		return v, err
	}
	if p.next(":") == "" {
		return v, errors.New(`there is no ":" behind "?"`)
	}
	no, err := p.ternary()
	if err == nil {
		err = v.static()
	}
	if v.text == "true" {
		return yes, err
	}
	return no, err
}

func (p *parser) any() (value, error) {
	return p.joined("||", output.Any, p.all)
}

func (p *parser) all() (value, error) {
	return p.joined("&&", output.All, p.comparison)
}

func (p *parser) joined(operator string, join func(...*output.Expr) *output.Expr, inner func() (value, error)) (value, error) {
	v, err := inner()
	if err != nil {
		return v, err
	}
	for p.next(operator) != "" {
		w, err := inner()
		if err != nil {
			return v, err
		}
		a, err := v.truth()
		if err != nil {
			return v, err
		}
		b, err := w.truth()
		if err != nil {
			return v, err
		}
		v = conditionValue(join(a, b))
	}
	return v, nil
}

func conditionValue(e *output.Expr) value {
	if e.IsTrue() || e.IsFalse() {
		return truthValue(e.IsTrue())
	}
	return value{condition: e}
}

func (p *parser) comparison() (value, error) {
	v, err := p.sum()
	if err != nil {
		return v, err
	}
	operator := p.next("==", "!=", "<=", ">=", "<", ">", "=~", "!~")
	if operator == "" {
		return v, nil
	}
	w, err := p.sum()
	if err != nil {
		return v, err
	}
	if v.ref == nil && w.ref != nil {
		v, w = w, v
	}
	if v.ref != nil && (operator == "==" || operator == "!=") {
		if err := w.static(); err != nil {
			return v, errors.New("two values that are known only when Jobs have run cannot be compared")
		}
		e, err := v.equals(w.text)
		if operator == "!=" && err == nil {
			e = output.Not(e)
		}
		if err != nil {
			return v, err
		}
		return conditionValue(e), nil
	}
	if err := errors.Join(v.static(), w.static()); err != nil {
		return v, v2err(v, w)
	}
	return compare(operator, v.text, w.text)
}

func v2err(v, w value) error {
	if err := v.static(); err != nil {
		return err
	}
	return w.static()
}

func compare(operator, a, b string) (value, error) {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	numbers := errX == nil && errY == nil
	switch operator {
	case "==":
		return truthValue(a == b || numbers && x == y), nil
	case "!=":
		return truthValue(a != b && (!numbers || x != y)), nil
	case "=~":
		return truthValue(strings.Contains(a, b)), matches(b)
	case "!~":
		return truthValue(!strings.Contains(a, b)), matches(b)
	}
	if !numbers {
		return value{}, fmt.Errorf("%q and %q are not both numbers", a, b)
	}
	switch operator {
	case "<":
		return truthValue(x < y), nil
	case "<=":
		return truthValue(x <= y), nil
	case ">":
		return truthValue(x > y), nil
	}
	return truthValue(x >= y), nil
}

// matches refuses patterns that are more than a text.
func matches(pattern string) error {
	if strings.ContainsAny(pattern, `\.+*?()|[]{}^$`) {
		return fmt.Errorf("the pattern %q is not carried", pattern)
	}
	return nil
}
