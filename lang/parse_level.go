package lang

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// level is one level of an expression while it is built.
type level struct {
	*builder
	depth int
	// terms are the operands; each came with the text at spans, parentheses
	// included, behind the joint at joints.
	terms  []Node
	spans  []Span
	joints []string
	// nots are those before the next operand.
	nots []lexer.Token
	// joint is the last one, if nothing follows it yet.
	joint *lexer.Token
	// all and any are the first joints of each kind.
	all, any *lexer.Token
	// fits says that an operand may stand here, loose that after what has been
	// reported anything may.
	fits, loose bool
}

// level builds one level of an expression; nil is what has been reported.
func (b *builder) level(e *expression, depth int) Node {
	l := level{builder: b, depth: depth, fits: true}
	for _, p := range e.Parts {
		switch first := &p.Tokens[0]; {
		case p.Check != nil:
			l.operand(newOperand(p.Check))
		case first.Type == tokenJoint:
			l.join(first)
		case first.Type == tokenNot:
			if len(l.nots) == 0 {
				l.place(spanOf(*first))
			}
			l.nots = append(l.nots, *first)
		default:
			l.stray(*first)
		}
	}
	return l.finish()
}

// place reports that something stands here beside what came before it.
func (l *level) place(span Span) {
	if !l.fits && !l.loose {
		word := l.source(span)
		hint, fix := "write a comma before "+quote(word), Fix{Span{span.Start, span.Start}, ", "}
		if l.any != nil && l.all == nil {
			hint, fix.Text = `write "or" before `+quote(word), "or "
		}
		if n := len(l.spans); n > 0 && strings.HasPrefix(word, "(") {
			if status := statusNamed(l.source(l.spans[n-1])); status != "" {
				hint, fix = "write "+quote(string(status)+"(")+" without a space if a status is meant", Fix{Span{l.spans[n-1].End, span.Start}, ""}
			}
		}
		l.suggest(MissingComma, span, hint, []Fix{fix}, "expected \",\", \"and\" or \"or\", found %s", quote(word))
	}
	l.fits, l.loose = true, false
}

func (l *level) operand(c *operand) {
	span := c.span
	if len(l.nots) == 0 {
		l.place(span)
	}
	nots, joint := l.nots, ""
	if l.joint != nil {
		joint = l.joint.Value
	}
	l.nots, l.joint, l.fits, l.loose = nil, nil, false, false
	if l.depth+len(nots) > MaxNesting {
		l.add(TooDeep, spanOf(nots[0]), `an even number of "not" is none`, "more than %d parentheses and \"not\" inside one another", MaxNesting)
		return
	}
	l.negated = len(nots)%2 == 1
	n := l.check(c, l.depth+len(nots))
	if n == nil {
		l.loose = true
		return
	}
	for i := len(nots) - 1; i >= 0; i-- {
		at := spanOf(nots[i])
		l.negate(n, at)
		n = &Not{Term: n, span: at.to(span)}
	}
	if len(nots) > 0 {
		span = spanOf(nots[0]).to(span)
	}
	l.terms, l.spans, l.joints = append(l.terms, n), append(l.spans, span), append(l.joints, joint)
}

// negate reports what makes no sense under "not".
func (l *level) negate(n Node, at Span) {
	if c, ok := n.(*Check); ok && c.Delay > 0 {
		l.add(NegatedDelay, at.to(c.span), "a delay waits for something to come true: put it on a check without \"not\"",
			"a delay under \"not\" delays nothing")
		return
	}
	if _, canFalse := satisfiable(n); !canFalse {
		hint := ""
		if c, ok := n.(*Check); ok && c.Status == StatusFinished {
			hint = "to run beside it, wait for its start: started(...)"
		}
		l.add(NeverTrue, at.to(n.Span()), hint, "this can never be true: %s is true or not yet, but never false", quote(n.String()))
	}
}

func (l *level) join(joint *lexer.Token) {
	span := spanOf(*joint)
	switch {
	case len(l.nots) > 0:
		l.missing(spanOf(l.nots[len(l.nots)-1]))
		l.nots = nil
	case isForeign(joint): // one mistake is enough
	case l.fits && !l.loose:
		l.add(MissingCheck, span, "delete it, or name a Job before it", "expected a check before %s", quote(joint.Value))
	}
	switch {
	case joint.Value == "," || joint.Value == "and":
		if l.all == nil {
			l.all = joint
		}
	case joint.Value == "or":
		if l.any == nil {
			l.any = joint
		}
	}
	l.joint, l.fits, l.loose = joint, true, false
}

// isForeign reports whether a joint is a sign that the scanner has reported.
func isForeign(joint *lexer.Token) bool {
	return joint.Value != "," && joint.Value != "and" && joint.Value != "or"
}

// missing reports that nothing follows what stands at span.
func (l *level) missing(span Span) {
	l.add(MissingCheck, span, "", "expected a check after %s", quote(l.source(span)))
}

func (l *level) stray(t lexer.Token) {
	span := spanOf(t)
	switch t.Type {
	case tokenIndexes:
		if inside := strings.TrimSpace(t.Value[1 : len(t.Value)-1]); strings.Trim(inside, "0123456789i .,:+-*/%()") != "" && l.fits {
			l.suggest(MissingName, span, "write "+clip(inside)+", without brackets", []Fix{{span, inside}}, "expected a name before the bracket")
		} else {
			l.add(MissingName, span, "write name"+clip(t.Value), "expected a name before the bracket")
		}
	case tokenCompare, tokenPercent:
		l.add(BadOperator, span, "a comparison follows a status of a set, before any delay: succeeded(a, b) >= 1", "there is nothing here that %s could compare", quote(t.Value))
	case tokenPlus:
		l.add(BadOperator, span, "one delay follows a check: finished(a) + 10m", "there is nothing here that %s could delay", quote(t.Value))
	}
	l.nots, l.joint, l.fits, l.loose = nil, nil, true, true
}

func (l *level) finish() Node {
	switch {
	case len(l.nots) > 0:
		l.missing(spanOf(l.nots[len(l.nots)-1]))
	case l.joint != nil && isForeign(l.joint):
	case l.joint != nil && (l.joint.Value != "," || l.any != nil && l.all == l.joint):
		l.missing(spanOf(*l.joint))
	case l.all != nil && l.any != nil:
		l.mixed()
	}
	if len(l.terms) == 0 {
		return nil
	}
	if len(l.terms) == 1 {
		return l.terms[0]
	}
	span := l.terms[0].Span().to(l.terms[len(l.terms)-1].Span())
	if l.any != nil {
		return &Any{Terms: flat[*Any](l.terms), span: span}
	}
	return &All{Terms: flat[*All](l.terms), span: span}
}

// flat replaces terms that are themselves of type T by their terms.
func flat[T interface{ terms() []Node }](terms []Node) []Node {
	var list []Node
	for i, n := range terms {
		same, ok := n.(T)
		switch {
		case ok && list == nil:
			list = append(append(make([]Node, 0, len(terms)+len(same.terms())), terms[:i]...), same.terms()...)
		case ok:
			list = append(list, same.terms()...)
		case list != nil:
			list = append(list, n)
		}
	}
	if list == nil {
		return terms
	}
	return list
}

func (a *All) terms() []Node { return a.Terms }
func (a *Any) terms() []Node { return a.Terms }
