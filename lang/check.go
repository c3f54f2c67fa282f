package lang

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// span returns the text of an operand, its comparison and delay included.
func (c *check) span() Span {
	var span Span
	for i, t := range [...]*lexer.Token{
		&c.Name, &c.Setting, &c.Time, &c.Open, &c.Close, &c.Indexes, &c.Compare, &c.Count, &c.Percent, &c.Plus, &c.Delay,
	} {
		switch s := spanOf(*t); {
		case t.Type == 0:
		case i <= 3:
			span = s
		default:
			span.End = s.End
		}
	}
	return span
}

// check builds an operand; nil is one that has been reported.
func (b *builder) check(c *check, depth int) Node {
	if c.Open.Type == tokenOpen {
		return b.group(c, depth)
	}
	result := &Check{Status: StatusSucceeded, span: c.span()}
	ok := true
	switch {
	case c.Name.Type != 0:
		ok = b.addTarget(result, c)
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
	if !ok || !b.sensible(result, c) {
		return nil
	}
	return result
}

func (b *builder) group(c *check, depth int) Node {
	if depth == MaxNesting {
		b.add(TooDeep, spanOf(c.Open), "give a part of it to a Job of its own", "more than %d parentheses and \"not\" inside one another", MaxNesting)
		return nil
	}
	if len(c.Inner.Parts) == 0 && c.Close.Value != "" {
		b.add(MissingCheck, spanOf(c.Open).to(spanOf(c.Close)), "", "expected a check between the parentheses")
		return nil
	}
	n := b.level(c.Inner, depth+1)
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
	key, value, _ := strings.Cut(t.Value, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	hint := "write it inside a status, as in: failed(a, reason=DeadlineExceeded)"
	if !slices.Contains(keys(), key) {
		hint = "write " + quote(clip(key)+" == "+clip(value)) + " if a comparison is meant"
	}
	b.add(MisplacedKey, spanOf(t), hint, "%s is not inside a status", quote(b.source(spanOf(t))))
}

// status builds a status with what is between its parentheses.
func (b *builder) status(result *Check, c *check) bool {
	word := strings.TrimSuffix(c.Open.Value, "(")
	at := Span{spanOf(c.Open).Start, spanOf(c.Open).End - 1}
	known := slices.Contains(statuses(), Status(word))
	if !known {
		b.unknownStatus(word, at, b.text[min(spanOf(c.Open).End, spanOf(c.Close).Start):spanOf(c.Close).Start])
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
func (b *builder) arguments(result *Check, c *check, known bool) (ok, named bool) {
	if !known {
		return false, false
	}
	ok = true
	fits, keyed := true, false
	for i, p := range c.Inner.Parts {
		switch {
		case p.Joint.Type == tokenJoint:
			switch {
			case p.Joint.Value == "and" || p.Joint.Value == "or":
				ok = b.argument(spanOf(p.Joint), result.Status, tokenJoint)
			case fits || i == len(c.Inner.Parts)-1:
				b.add(MissingName, spanOf(p.Joint), "", "expected a name beside %s", quote(p.Joint.Value))
				ok = false
			}
			fits = true
			continue
		case p.Check == nil:
			ok = false
			if p.Stray.Type != tokenJunk {
				at := p.Not
				if at.Type == 0 {
					at = p.Stray
				}
				b.argument(spanOf(at), result.Status, at.Type)
			}
			return ok, true
		case !fits:
			b.add(MissingComma, p.Check.span(), "write a comma before "+quote(b.source(p.Check.span())), "expected \",\", found %s", quote(b.source(p.Check.span())))
			ok = false
		}
		fits = false
		switch a := p.Check; {
		case a.Name.Type == 0 && a.Setting.Type == 0:
			ok = b.argument(a.span(), result.Status, max(a.Open.Type, a.Time.Type))
			named = true
		case a.Compare.Type != 0 || a.Plus.Type != 0:
			ok = b.argument(a.span(), result.Status, max(a.Compare.Type, a.Plus.Type))
			named = true
		case a.Setting.Type != 0:
			keyed = true
			ok = b.setting(result, a.Setting) && ok
		case keyed:
			b.add(BadArgument, a.span(), "write names first, then keys", "a name stands behind a key")
			ok = false
		default:
			ok = b.addTarget(result, a) && ok
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
