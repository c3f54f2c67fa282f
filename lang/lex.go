package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// scanner is the lexer. It reports what has no meaning at all and hands on a
// sequence in which parentheses are balanced, so that the grammar never fails
// on one.
type scanner struct {
	*report
	text string
	// base is the offset of text in the whole text.
	base   int
	pos    int
	tokens []lexer.Token
	// open has the offset of each parenthesis that is not closed yet.
	open []int
	// targets counts the names that are neither numbers nor durations; cut says
	// that there are too many.
	targets int
	cut     bool
	// deep counts the parentheses beyond MaxNesting, which are left out.
	deep int
}

func (s *scanner) emit(kind lexer.TokenType, start, end int) {
	if kind == tokenName {
		s.count(start)
	}
	s.tokens = append(s.tokens, lexer.Token{
		Type: kind, Value: s.text[start:end], Pos: lexer.Position{Offset: s.base + start},
	})
}

func (s *scanner) span(start, end int) Span { return Span{s.base + start, s.base + end} }

// take emits a token of the given size.
func (s *scanner) take(kind lexer.TokenType, size int) {
	s.emit(kind, s.pos, s.pos+size)
	s.pos += size
}

func (s *scanner) byteAt(i int) byte {
	if i < len(s.text) {
		return s.text[i]
	}
	return 0
}

func (s *scanner) spaces(i int) int {
	for i < len(s.text) && isSpace(s.text[i]) {
		i++
	}
	return i
}

// scanText reads the mode outside of brackets.
func (s *scanner) scanText() {
	for s.pos = s.spaces(0); s.pos < len(s.text) && !s.cut; s.pos = s.spaces(s.pos) {
		switch c := s.text[s.pos]; {
		case isWord(c):
			s.word()
		case c >= utf8.RuneSelf:
			if r, _ := utf8.DecodeRuneInString(s.text[s.pos:]); unicode.IsLetter(r) || unicode.IsDigit(r) {
				s.word()
			} else {
				s.recoverSign()
			}
		case c == ',':
			s.joint(1)
		case c == '(':
			s.paren(tokenOpen, s.pos, s.pos+1)
		case c == ')':
			s.closing()
		case c == '{' || c == '"' || c == '\'':
			s.name(s.pos)
		case c == '[':
			s.brackets()
		case c == '+':
			s.take(tokenPlus, 1)
		case c == '%':
			s.take(tokenPercent, 1)
		case strings.IndexByte("<>=!", c) >= 0:
			s.comparison()
		default:
			s.recoverSign()
		}
	}
	for i := len(s.open) - 1; i >= 0 && !s.cut; i-- {
		s.add(Unclosed, s.span(s.open[i], s.open[i]+1), `close it with ")"`, "this parenthesis is never closed")
		s.emit(tokenClose, len(s.text), len(s.text))
	}
}

// word reads a word by longest match, and what belongs to it: the rest of a
// name in quotes or braces, "(" of a status, "=" and the value of a key.
func (s *scanner) word() {
	start := s.pos
	end := s.offsetEnd(s.wordEnd(start))
	word := s.text[start:end]
	next := s.byteAt(end)
	switch {
	case word == "and" || word == "or":
		s.joint(len(word))
		return
	case word == "not":
		s.take(tokenNot, len(word))
		return
	case word == "time" && next == '(':
		s.time(end)
		return
	case next == '(':
		s.paren(tokenCall, start, end+1)
		return
	}
	switch last := word[len(word)-1]; {
	case (last == '/' || last == ':') && (next == '"' || next == '\'' || next == '{'):
		s.name(start)
		return
	case last == '@' && (next == '"' || next == '\'' || next == '{'):
		s.wrappedRun(start, end)
		return
	case strings.Trim(word, "-") == "":
		s.arrow(end)
		return
	case len(word) <= 3 && (strings.EqualFold(word, "and") || strings.EqualFold(word, "or")):
		s.suggest(BadName, s.span(start, end), "write "+quote(strings.ToLower(word)), []Fix{{s.span(start, end), strings.ToLower(word)}}, "%s is a word of the language only in lower case", quote(word))
		s.take(tokenJoint, len(word))
		return
	case len(word) == 3 && strings.EqualFold(word, "not"):
		s.suggest(BadName, s.span(start, end), `write "not"`, []Fix{{s.span(start, end), "not"}}, "%s is a word of the language only in lower case", quote(word))
		s.take(tokenNot, len(word))
		return
	}
	after := s.spaces(end)
	if s.setting(start, end, after) || s.torn(start, end, after) {
		return
	}
	s.take(tokenName, len(word))
}

// joint reads what joins two checks. One behind another is left out.
func (s *scanner) joint(size int) {
	if n := len(s.tokens); n > 0 && s.tokens[n-1].Type == tokenJoint {
		last, found := s.tokens[n-1].Value, s.text[s.pos:s.pos+size]
		s.add(MissingCheck, s.span(s.pos, s.pos+size), "write only one of them", "expected a check after %s, found %s", quote(last), quote(found))
		s.pos += size
		return
	}
	s.take(tokenJoint, size)
}

// count counts the target that begins at start. What comes behind the last that
// is allowed is not read.
func (s *scanner) count(start int) {
	if n := len(s.tokens); n > 0 && (s.tokens[n-1].Type == tokenCompare || s.tokens[n-1].Type == tokenPlus) {
		return
	}
	if s.targets++; s.targets > MaxTargets {
		s.add(TooManyTargets, s.span(start, s.wordEnd(start)), "wait for one Job that waits for the others, or name a set", "more than %d targets", MaxTargets)
		s.cut = true
	}
}

// wordEnd returns where the word that begins at i ends. Letters of other
// scripts are part of a word, so that a name with them is one mistake.
func (s *scanner) wordEnd(i int) int {
	for i < len(s.text) {
		if c := s.text[i]; c < utf8.RuneSelf {
			if !isWord(c) {
				break
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s.text[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			break
		}
		i += size
	}
	return i
}

// setting reads key=value; after is where the "=" may be.
func (s *scanner) setting(start, end, after int) bool {
	if s.byteAt(after) != '=' || strings.IndexByte("=<>", s.byteAt(after+1)) >= 0 && after+1 < len(s.text) {
		return false
	}
	value := s.spaces(after + 1)
	switch c := s.byteAt(value); {
	case c == '"' || c == '\'':
		if end, closed := s.quoted(value); closed {
			value = end
		}
	case strings.IndexByte("(<>=", c) < 0:
		value = s.wordEnd(value)
	}
	s.emit(tokenSetting, start, max(end, len(strings.TrimRight(s.text[:value], " \t\r\n"))))
	s.pos = value
	return true
}

// torn reports white space around the signs inside a target, where none may
// be: "etl / extract" would otherwise be three mistakes.
func (s *scanner) torn(start, end, after int) bool {
	last := s.text[end-1]
	first := s.byteAt(after)
	switch {
	case after == end || after == len(s.text):
		return false
	case first == '[':
		s.suggest(SpaceInTarget, s.span(end, after), "write "+quote(s.text[start:end]+"[")+" without the space", []Fix{{s.span(end, after), ""}}, "there is white space before the bracket")
		s.take(tokenName, end-start)
		s.pos = after
		return true
	case !isInside(first) && (!isInside(last) || !isWord(first) || s.keyword(after)):
		return false
	}
	whole := s.wordEnd(after)
	for rest := s.spaces(whole); rest > whole && isWord(s.byteAt(rest)) && !s.keyword(rest); rest = s.spaces(whole) {
		if last, first = s.text[whole-1], s.text[rest]; !isInside(last) && !isInside(first) {
			break
		}
		whole = s.wordEnd(rest)
	}
	joined := strings.Join(strings.Fields(s.text[start:whole]), "")
	s.suggest(SpaceInTarget, s.span(start, whole), "write "+quote(joined), []Fix{{s.span(start, whole), joined}},
		`there is white space beside ":", "/" or "@"`)
	s.emit(tokenJunk, start, whole)
	s.pos = whole
	return true
}

// isInside reports whether c is a sign inside a target, around which no white space may be.
func isInside(c byte) bool { return c == '/' || c == ':' || c == '@' }

// offsetEnd returns where a word ends that goes on with an offset: "load@" with "+1". With
// a unit behind it, it is a delay.
func (s *scanner) offsetEnd(end int) int {
	if s.text[end-1] != '@' || s.byteAt(end) != '+' {
		return end
	}
	digits := end + 1
	for '0' <= s.byteAt(digits) && s.byteAt(digits) <= '9' {
		digits++
	}
	if digits == end+1 || s.wordEnd(digits) > digits {
		return end
	}
	return digits
}

func (s *scanner) keyword(i int) bool {
	word := s.text[i:s.wordEnd(i)]
	return word == "and" || word == "or" || word == "not"
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// isWord reports whether c can be part of a word. The signs of a target are: a
// word is a whole target, and is taken apart afterwards.
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' ||
		c == '-' || c == '.' || c == '/' || c == ':' || c == '*' || c == '?' || c == '_' || c == '@'
}
