package lang

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// scanIndexes reads the mode of brackets, with the brackets.
func (s *scanner) scanIndexes() {
	depth := 0
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case isSpace(c):
			s.pos++
		case c >= '0' && c <= '9':
			end := s.pos
			for end < len(s.text) && s.text[end] >= '0' && s.text[end] <= '9' {
				end++
			}
			s.take(tokenInteger, end-s.pos)
		case strings.HasPrefix(s.text[s.pos:], "..") && s.byteAt(s.pos+2) != '.':
			s.take(tokenDots, 2)
		case c == '(':
			if depth++; depth > MaxNesting {
				s.take(tokenJunk, 1)
			} else {
				s.take(tokenOpen, 1)
			}
		case c == ')':
			depth--
			s.take(tokenClose, 1)
		case bracketSign(c) != 0:
			s.take(bracketSign(c), 1)
		default:
			end := s.pos
			for end < len(s.text) {
				r, size := utf8.DecodeRuneInString(s.text[end:])
				if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
					break
				}
				end += size
			}
			_, size := utf8.DecodeRuneInString(s.text[s.pos:])
			kind := tokenJunk
			if s.text[s.pos:end] == "i" {
				kind = tokenVariable
			}
			s.take(kind, max(end-s.pos, size))
		}
	}
}

// bracketSign returns the kind of a sign in brackets, 0 if it is none.
func bracketSign(c byte) lexer.TokenType {
	switch c {
	case '[':
		return tokenBegin
	case ']':
		return tokenEnd
	case ',':
		return tokenComma
	case ':':
		return tokenColon
	case '*':
		return tokenStar
	case '+', '-':
		return tokenSum
	case '/', '%':
		return tokenSlash
	}
	return 0
}

// elements builds what stands in brackets; nil is what has been reported.
func (b *builder) elements(t lexer.Token) *Elements {
	list := indexDialect.tokens(t.Value, t.Pos.Offset, b.report)
	tree, at := parseTokens(indexGrammar, &tokens{list: list.list})
	if at >= 0 {
		b.unexpectedIndex(list.list, at, t)
		return nil
	}
	e := &Elements{All: len(tree.Ranges) == 0, Ranges: make([]IndexRange, 0, len(tree.Ranges))}
	for _, r := range tree.Ranges {
		built, ok := b.indexRange(r, t)
		if !ok {
			return nil
		}
		e.Ranges = append(e.Ranges, built)
	}
	return e
}

// unexpectedIndex reports the token at the given offset of a pair of brackets.
func (b *builder) unexpectedIndex(list []lexer.Token, at int, whole lexer.Token) {
	n := 0
	for n < len(list)-1 && list[n].Pos.Offset < at {
		n++
	}
	found, before := list[n], list[max(n-1, 0)]
	text := strings.TrimSpace(whole.Value[1 : len(whole.Value)-1])
	span := spanOf(found)
	hint := "write an index as in: [3], [0..9], [*], [i], [i-1 .. i+1]"
	switch {
	case text == "":
		b.add(BadIndex, spanOf(whole), "write [*] for all elements, or leave the brackets out", "expected an index in the brackets")
		return
	case found.Type == tokenSum && found.Value == "-" && strings.Trim(text, "-0123456789 ") == "":
		b.add(PlainIndex, spanOf(whole), "indexes count from 0; the last of ten is [9]", "an index cannot be negative")
		return
	case found.Type == tokenJunk && found.Value == ".":
		hint = "a range is written with two dots, as in: [1..9]"
	case before.Type == tokenInteger && found.Type == tokenVariable:
		product := before.Value + "*i"
		b.suggest(BadIndex, span, "write "+clip(product), []Fix{{spanOf(before).to(span), product}}, "unexpected %s in brackets", quote(found.Value))
		return
	case before.Type == tokenInteger && found.Type == tokenJunk && spanOf(before).End == span.Start:
		hint = "write decimal digits only"
	case found.Type == tokenJunk && isWord(found.Value[0]):
		hint = "the only variable is i, the index of the annotated Job"
	case found.Type == tokenColon:
		hint = "a range is written with two dots, as in: [1..9], with a step as in: [0..9:3]"
	}
	if found.Type == tokenJunk && found.Value == "(" {
		b.add(TooDeep, span, "", "more than %d parentheses inside one another", MaxNesting)
		return
	}
	b.add(BadIndex, span, hint, "unexpected %s in brackets", quote(found.Value))
}

func (b *builder) indexRange(r *indexRange, whole lexer.Token) (result IndexRange, ok bool) {
	result.Step = 1
	if result.Low = b.index(r.Low, whole); result.Low == nil {
		return result, false
	}
	if r.High == nil {
		return result, true
	}
	if result.High = b.index(r.High, whole); result.High == nil {
		return result, false
	}
	if n := len(r.Tokens); r.Tokens[n-2].Type == tokenColon {
		step := r.Tokens[n-1]
		if result.Step, ok = b.number(step); !ok {
			return result, false
		}
		if result.Step == 0 {
			b.add(BadStep, spanOf(step), "write a step of 1 or more", "a step of 0 never gets anywhere")
			return result, false
		}
	}
	switch low, high := result.at(0); {
	case result.linear():
		a, first := result.Low.shifted()
		z, last := result.High.shifted()
		if first && last && a > z {
			forward := result.High.String() + " .. " + result.Low.String()
			b.suggest(BackwardsRange, spanOf(whole), "write "+quote(forward), []Fix{{rangeSpan(r), forward}}, "this range runs backwards and is empty")
			return result, false
		}
		if first && last && a == z {
			result.High, result.Step = nil, 1
		}
	case low > high:
		forward := strconv.FormatInt(high, 10) + ".." + strconv.FormatInt(low, 10)
		b.suggest(BackwardsRange, spanOf(whole), "write "+quote(forward), []Fix{{rangeSpan(r), forward}}, "this range runs backwards and is empty")
		return result, false
	case low == high:
		result.High, result.Step = nil, 1
	}
	return result, true
}

// rangeSpan returns where the bounds of a range stand, without its step.
func rangeSpan(r *indexRange) Span {
	return spanOf(r.Low.Tokens[0]).to(spanOf(r.High.Tokens[len(r.High.Tokens)-1]))
}

// index builds one index and reports arithmetic that is none of a position.
func (b *builder) index(a *arithmetic, whole lexer.Token) *Index {
	x := b.arithmetic(a)
	switch {
	case x == nil:
		return nil
	case x.op != 0 && !x.linear():
		at := spanOf(a.Tokens[0]).to(spanOf(a.Tokens[len(a.Tokens)-1]))
		text := strconv.FormatInt(x.at(0), 10)
		hint := "write the number itself; only an index with i is calculated"
		if x.op == '-' && x.left.op == 0 && x.right.op == 0 && x.left.number < x.right.number {
			text = strconv.FormatInt(x.left.number, 10) + ".." + strconv.FormatInt(x.right.number, 10)
			hint = "write " + quote(text) + " for a range"
		}
		b.suggest(PlainIndex, spanOf(whole), hint, []Fix{{at, text}}, "an index without i is a plain number")
		return nil
	case x.magnitude() > 1<<60:
		b.add(NumberTooBig, spanOf(whole), "", "this index can become larger than any array")
		return nil
	}
	return x
}

// arithmetic builds sums of products, from the left.
func (b *builder) arithmetic(a *arithmetic) *Index {
	var sum, product *Index
	var sign lexer.Token // between sum and product
	next := 0
	for i, f := range a.Factors {
		x := b.factor(f)
		if x == nil {
			return nil
		}
		if i == 0 {
			product = x
		} else if op := a.Tokens[next-1]; op.Type == tokenSum {
			sum, product, sign = joined(sum, sign, product), x, op
		} else if product = b.product(product, op, x); product == nil {
			return nil
		}
		next += len(f.Tokens) + 1
	}
	return joined(sum, sign, product)
}

func joined(left *Index, sign lexer.Token, right *Index) *Index {
	if left == nil {
		return right
	}
	return &Index{op: sign.Value[0], left: left, right: right}
}

func (b *builder) product(left *Index, sign lexer.Token, right *Index) *Index {
	op := sign.Value[0]
	switch {
	case op == '*' && left.linear() && right.linear():
		b.add(NotLinear, spanOf(sign), "one side of \"*\" is a number", "i cannot be multiplied by i")
		return nil
	case op != '*' && right.linear():
		b.add(BadDivisor, spanOf(sign), "divide by a number", "nothing can be divided by i")
		return nil
	case op != '*' && right.at(0) <= 0:
		b.add(BadDivisor, spanOf(sign), "divide by 1 or more", "%s by %d has no meaning", quote(sign.Value), right.at(0))
		return nil
	}
	x := &Index{op: op, left: left, right: right}
	if x.magnitude() > 1<<60 {
		b.add(NumberTooBig, spanOf(sign), "", "this index can become larger than any array")
		return nil
	}
	return x
}

func (b *builder) factor(f *factor) *Index {
	switch first := f.Tokens[0]; {
	case f.Inner != nil:
		return b.arithmetic(f.Inner)
	case first.Type == tokenVariable:
		return &Index{op: 'i'}
	default:
		n, ok := b.number(first)
		if !ok {
			return nil
		}
		return &Index{number: n}
	}
}

// magnitude is a bound for the absolute value of x and of all its parts.
func (x *Index) magnitude() float64 {
	switch x.op {
	case 0:
		return float64(x.number)
	case 'i':
		return maxInteger
	case '*':
		return x.left.magnitude() * x.right.magnitude()
	case '+', '-':
		return x.left.magnitude() + x.right.magnitude()
	default:
		return max(x.left.magnitude(), x.right.magnitude())
	}
}

// selfIndexes reports indexes into the annotated Job's own array by which an
// element would wait for itself.
func (b *builder) selfIndexes(t *Target) bool {
	if !t.Self {
		return true
	}
	alone := t.Elements.single() && t.Elements.Ranges[0].Low.op == 'i'
	if !t.Elements.All && !alone {
		return true
	}
	b.add(SelfIndex, t.Span, "write self[i-1] for the element before, self[0] for the first", "an element cannot wait for itself")
	return false
}
