package lsf

import (
	"fmt"
	"strings"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// translateCondition reads -w: conditions with &&, ||, ! and parentheses.
func translateCondition(text string) func(t *request.Translation) request.Term {
	return func(t *request.Translation) request.Term {
		p := &parser{Translation: t, text: text}
		made, err := p.joined(0)
		if err != nil {
			return request.Term{}
		}
		if p.blank(); p.at < len(p.text) {
			return t.Sorry("", "%q has no meaning at character %d of the condition", p.text[p.at:], p.at+1)
		}
		return made
	}
}

// parser reads a condition from left to right.
type parser struct {
	*request.Translation
	text string
	at   int
	// quoted says that the last operand was in quotes: it is a name, even if it is
	// a number.
	quoted bool
}

// maxNesting is how many parentheses and ! may be inside one another, as in
// package lang.
const maxNesting = 32

func (p *parser) blank() {
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take reads a sign if it comes next.
func (p *parser) take(sign string) bool {
	p.blank()
	if !strings.HasPrefix(p.text[p.at:], sign) {
		return false
	}
	p.at += len(sign)
	return true
}

func (p *parser) wrong(hint, format string, args ...any) (request.Term, error) {
	p.Fail(p.Translation.At, hint, format, args...)
	return request.Term{}, request.ErrSaid
}

// joined reads conditions with one kind of sign between them.
func (p *parser) joined(depth int) (request.Term, error) {
	first, err := p.single(depth)
	if err != nil {
		return request.Term{}, err
	}
	terms, sign := []request.Term{first}, ""
	for {
		next := ""
		switch {
		case p.take("&&"):
			next = "&&"
		case p.take("||"):
			next = "||"
		default:
			if sign == "||" {
				return request.Either(terms...), nil
			}
			return request.All(terms...), nil
		}
		if sign != "" && next != sign {
			return p.wrong("put parentheses around what belongs together", "&& and || stand beside one another in the condition")
		}
		sign = next
		made, err := p.single(depth)
		if err != nil {
			return request.Term{}, err
		}
		terms = append(terms, made)
	}
}

func (p *parser) single(depth int) (request.Term, error) {
	switch {
	case depth > maxNesting:
		return p.wrong("", "the condition has more than %d parentheses inside one another", maxNesting)
	case p.take("!"):
		made, err := p.single(depth + 1)
		return request.Not(made), err
	case p.take("("):
		made, err := p.joined(depth + 1)
		if err == nil && !p.take(")") {
			return p.wrong("", "a parenthesis is not closed in the condition")
		}
		return made, err
	}
	word, err := p.operand()
	if err != nil {
		return request.Term{}, err
	}
	if !p.take("(") {
		return p.condition("done", word, "")
	}
	job, err := p.operand()
	if err != nil {
		return request.Term{}, err
	}
	argument := ""
	if p.take(",") {
		end := strings.IndexByte(p.text[p.at:], ')')
		if end < 0 {
			end = len(p.text) - p.at
		}
		argument = strings.TrimSpace(p.text[p.at : p.at+end])
		p.at += end
	}
	if !p.take(")") {
		return p.wrong("", "a parenthesis is not closed in the condition")
	}
	return p.condition(word, job, argument)
}

// operand reads a name, with or without quotes, and what is in [ ] behind it.
func (p *parser) operand() (string, error) {
	p.blank()
	start := p.at
	p.quoted = false
	if p.at < len(p.text) && (p.text[p.at] == '"' || p.text[p.at] == '\'') {
		quote := p.text[p.at]
		end := strings.IndexByte(p.text[p.at+1:], quote)
		if end < 0 {
			_, err := p.wrong("", "a quote is not closed in the condition")
			return "", err
		}
		p.at += end + 2
		p.quoted = true
		name := p.text[start+1 : p.at-1]
		from := p.at
		if p.at < len(p.text) && p.text[p.at] == '[' {
			p.skip()
		}
		return name + p.text[from:p.at], nil
	}
	p.skip()
	if p.at == start {
		_, err := p.wrong("write done(NAME), ended(NAME), exit(NAME) or started(NAME)", "the condition lacks a name at character %d", p.at+1)
		return "", err
	}
	return p.text[start:p.at], nil
}

func (p *parser) skip() {
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r(),&|!<>=\"'", p.text[p.at]) < 0 {
		p.at++
	}
}

// comparison reads a sign and a number.
func (p *parser) comparison(text string) (op string, n int, err error) {
	for _, sign := range []string{">=", "<=", "==", "!=", ">", "<", ""} {
		if rest, ok := strings.CutPrefix(text, sign); ok {
			op, text = sign, strings.TrimSpace(rest)
			break
		}
	}
	if op == "" {
		op = "=="
	}
	if n, err = notation.Number(text); err != nil {
		_, err = p.wrong("", "%q is not a number", text)
	}
	return op, n, err
}

// codes returns the keys of failed() for exit codes that compare so.
func (p *parser) codes(text string) (string, error) {
	op, n, err := p.comparison(text)
	if err != nil {
		return "", err
	}
	type span struct{ low, high int }
	spans := map[string][]span{
		"==": {{n, n}}, ">=": {{n, 255}}, ">": {{n + 1, 255}}, "<=": {{1, n}}, "<": {{1, n - 1}},
		"!=": {{1, n - 1}, {n + 1, 255}},
	}[op]
	keys := ""
	for _, s := range spans {
		switch s.low = max(s.low, 1); {
		case s.high > 255 || s.low > s.high:
		case s.low == s.high:
			keys += fmt.Sprintf(", code=%d", s.low)
		default:
			keys += fmt.Sprintf(", code=%d..%d", s.low, s.high)
		}
	}
	if keys == "" {
		_, err = p.wrong("", "no job that exits has a code %s %d", op, n)
	}
	return keys, err
}
