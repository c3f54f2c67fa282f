package lang

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// operand is a check as the grammar read it, its tokens by what they are. Those
// that it does not have are zero.
type operand struct {
	// The first of them is one of these. Open is "(" or a word with it.
	Name, Setting, Time, Open lexer.Token
	Indexes, Close            lexer.Token
	Compare, Count, Percent   lexer.Token
	Plus, Delay               lexer.Token
	inner                     *expression
	span                      Span
}

func newOperand(c *check) *operand {
	o := operand{inner: c.Inner, span: spanOf(c.Tokens[0]).to(spanOf(c.Tokens[len(c.Tokens)-1]))}
	head := c.Tokens
	if c.Tail != nil {
		head = head[:len(head)-len(c.Tail.Tokens)]
		o.addTail(c.Tail.Tokens)
	}
	switch first := head[0]; first.Type {
	case tokenName:
		o.Name = first
		if len(head) > 1 {
			o.Indexes = head[1]
		}
	case tokenSetting:
		o.Setting = first
	case tokenTime:
		o.Time = first
	default:
		o.Open, o.Close = first, head[len(head)-1]
	}
	return &o
}

func (o *operand) addTail(tail []lexer.Token) {
	for i, t := range tail {
		switch {
		case t.Type == tokenCompare:
			o.Compare = t
		case t.Type == tokenPercent:
			o.Percent = t
		case t.Type == tokenPlus:
			o.Plus = t
		case tail[i-1].Type == tokenCompare:
			o.Count = t
		default:
			o.Delay = t
		}
	}
}

// check builds an operand; nil is one that has been reported.
func (b *builder) check(c *operand, depth int) Node {
	if c.Open.Type == tokenOpen {
		return b.group(c, depth)
	}
	result := &Check{Status: StatusSucceeded, span: c.span}
	var ok bool
	switch {
	case c.Name.Type != 0:
		b.foreign = false
		if ok = b.addTarget(result, c); b.foreign {
			return nil // what follows belongs to it
		}
		if ok {
			result.Status = result.Targets[0].Ref.status()
		}
	case c.Open.Type != 0:
		ok = b.status(result, c)
	case c.Time.Type != 0:
		ok = b.time(result, c.Time)
	default:
		b.misplaced(c.Setting)
		ok = false
	}
	ok = b.comparison(result, c) && ok
	ok = b.delay(result, c) && ok
	if !ok || !b.validate(result, c) {
		return nil
	}
	return result
}

func (b *builder) group(c *operand, depth int) Node {
	if depth == MaxNesting {
		b.add(TooDeep, spanOf(c.Open), "give a part of it to a Job of its own", "more than %d parentheses and \"not\" inside one another", MaxNesting)
		return nil
	}
	if len(c.inner.Parts) == 0 && c.Close.Value != "" {
		b.add(MissingCheck, spanOf(c.Open).to(spanOf(c.Close)), "", "expected a check between the parentheses")
		return nil
	}
	n := b.level(c.inner, depth+1)
	if c.Compare.Type != 0 || c.Plus.Type != 0 {
		at := c.Compare
		if at.Type == 0 {
			at = c.Plus
		}
		b.add(NotACheck, spanOf(at), "put it behind a status: succeeded(a, b) >= 1, finished(a, b) + 10m",
			"parentheses only group: %s belongs to a check", quote(at.Value))
		return nil
	}
	return n
}

// misplaced reports a key=value that is not inside a status.
func (b *builder) misplaced(t lexer.Token) {
	key, _, _ := strings.Cut(t.Value, "=")
	key = strings.TrimSpace(key)
	hint := "write it inside a status, as in: failed(a, reason=DeadlineExceeded)"
	if !slices.Contains(keys(), key) {
		hint = "the keys " + keyList() + " stand inside a status; to count, compare a set, as in: succeeded(a, b) >= 1"
	}
	b.add(MisplacedKey, spanOf(t), hint, "%s is not inside a status", quote(b.source(spanOf(t))))
}

// status builds a status with what is between its parentheses.
func (b *builder) status(result *Check, c *operand) bool {
	word := strings.TrimSuffix(c.Open.Value, "(")
	at := Span{spanOf(c.Open).Start, spanOf(c.Open).End - 1}
	known := statusNamed(word) != ""
	if !known {
		b.unknownStatus(word, at, spanOf(c.Open).to(spanOf(c.Close)), b.text[min(spanOf(c.Open).End, spanOf(c.Close).Start):spanOf(c.Close).Start])
	}
	result.Status = Status(word)
	ok, named := b.arguments(result, c, known)
	if ok && !named {
		b.add(MissingName, spanOf(c.Open).to(spanOf(c.Close)), "write "+quote(word+"(name)"), "expected a name in the parentheses of %s", quote(word))
	}
	return ok && named && known
}

// arguments builds the targets and keys of a status. Of an unknown status
// nothing inside is reported: it may be of another language.
func (b *builder) arguments(result *Check, c *operand, known bool) (ok, named bool) {
	if !known {
		return false, false
	}
	ok = true
	fits, keyed := true, false
	for i, p := range c.inner.Parts {
		first := p.Tokens[0]
		switch {
		case first.Type == tokenJoint:
			switch {
			case first.Value == "and" || first.Value == "or":
				ok = b.argument(spanOf(first), result.Status, tokenJoint)
			case fits || i == len(c.inner.Parts)-1:
				b.add(MissingName, spanOf(first), "", "expected a name beside %s", quote(first.Value))
				ok = false
			}
			fits = true
			continue
		case p.Check == nil:
			if first.Type != tokenJunk {
				b.argument(spanOf(first), result.Status, first.Type)
			}
			return false, true
		}
		a := newOperand(p.Check)
		if !fits {
			b.suggest(MissingComma, a.span, "write a comma before "+quote(b.source(a.span)), []Fix{{Span{a.span.Start, a.span.Start}, ", "}}, "expected \",\", found %s", quote(b.source(a.span)))
			ok = false
		}
		fits = false
		switch {
		case a.Name.Type == 0 && a.Setting.Type == 0:
			ok = b.argument(a.span, result.Status, max(a.Open.Type, a.Time.Type))
			named = true
		case a.Compare.Type != 0 || a.Plus.Type != 0:
			ok = b.argument(a.span, result.Status, max(a.Compare.Type, a.Plus.Type))
			named = true
		case a.Setting.Type != 0:
			keyed = true
			ok = b.setting(result, a.Setting) && ok
		case keyed:
			b.add(BadArgument, a.span, "write names first, then keys", "a name stands behind a key")
			ok = false
		default:
			b.inStatus = true
			ok = b.addTarget(result, a) && ok
			b.inStatus = false
			named = true
		}
	}
	return ok, named
}

// argument reports what is no target and no key. It returns false.
func (b *builder) argument(at Span, status Status, what lexer.TokenType) bool {
	hint := ""
	switch what {
	case tokenJoint:
		hint = `write ",", or join whole checks: ` + string(status) + "(a) or " + string(status) + "(b)"
	case tokenNot:
		hint = `write "not" before the status`
	case tokenCompare, tokenPlus:
		hint = "write it behind the closing parenthesis"
	case tokenOpen:
		hint = "leave these parentheses out"
	case tokenCall, tokenTime:
		hint = "write it beside the status, not inside"
	}
	b.add(BadArgument, at, hint, "a status takes names and keys, not %s", quote(b.source(at)))
	return false
}
