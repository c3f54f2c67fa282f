package lang

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// name reads the quoted name or the selector that ends the target which began
// at start.
func (s *scanner) name(start int) {
	open := s.wordEnd(start)
	switch s.text[open] {
	case '{':
		end, closed := s.matching(open, '{', '}')
		s.pos = end
		if !closed {
			s.add(Unclosed, s.span(open, open+1), `close it with "}"`, "this brace is never closed")
			s.emit(tokenJunk, start, end)
			return
		}
		s.named(start)
	default:
		end, closed := s.quoted(open)
		s.pos = end
		if !closed {
			s.add(Unclosed, s.span(open, open+1), "close it with "+s.text[open:open+1], "this quote is never closed")
			s.emit(tokenJunk, start, end)
			return
		}
		s.named(start)
	}
}

// named emits the target that ends in a quoted name or a selector, with the run behind it.
func (s *scanner) named(start int) {
	if s.byteAt(s.pos) == '@' {
		end := s.offsetEnd(s.wordEnd(s.pos))
		if next := s.byteAt(end); s.text[end-1] == '@' && (next == '"' || next == '\'' || next == '{') {
			s.wrappedRun(start, end)
			return
		}
		s.pos = end
	}
	s.emit(tokenName, start, s.pos)
}

// wrappedRun reports the name of a run that stands in quotes or braces, and reads over it.
// at is where they begin.
func (s *scanner) wrappedRun(start, at int) {
	end, closed := s.quoted(at)
	if s.text[at] == '{' {
		end, closed = s.matching(at, '{', '}')
	}
	s.pos = end
	var fixes []Fix
	if closed && s.text[at] != '{' && isLabelValue(s.text[at+1:end-1]) && end-at > 2 {
		fixes = []Fix{{s.span(at, end), s.text[at+1 : end-1]}}
	}
	s.suggest(BadRun, s.span(at, end), "write the name of one run as it is, as in: load@2026-11-29", fixes, "a run is not named in quotes or braces")
	s.emit(tokenJunk, start, end)
}

// quoted returns where the quote at open ends, at the latest with its line.
func (s *scanner) quoted(open int) (end int, closed bool) {
	for i := open + 1; i < len(s.text); i++ {
		switch s.text[i] {
		case s.text[open]:
			return i + 1, true
		case '\r', '\n':
			return i, false
		}
	}
	return len(s.text), false
}

// brackets reads "[...]" as one token; its content has a mode and a grammar of
// its own.
func (s *scanner) brackets() {
	end, closed := s.matching(s.pos, '[', ']')
	if !closed {
		s.add(Unclosed, s.span(s.pos, s.pos+1), `close it with "]"`, "this bracket is never closed")
		s.emit(tokenJunk, s.pos, end)
	} else {
		s.emit(tokenIndexes, s.pos, end)
	}
	s.pos = end
}

// time reads "time(" and everything up to the closing sign.
func (s *scanner) time(open int) {
	start := s.pos
	end, closed := s.matching(open, '(', ')')
	s.pos = end
	if !closed {
		s.add(Unclosed, s.span(open, open+1), `close it with ")"`, "this parenthesis is never closed")
		s.emit(tokenJunk, start, end)
		return
	}
	s.emit(tokenTime, start, end)
}

// matching returns where the bracket at open ends. If another one opens before
// it is closed, it is not: then it ends with its line, so that one mistake
// does not swallow the rest of the text.
func (s *scanner) matching(open int, opening, closing byte) (end int, closed bool) {
	for i := open + 1; i < len(s.text); i++ {
		switch s.text[i] {
		case closing:
			return i + 1, true
		case opening:
			return open + 1 + len(s.line(open+1)), false
		}
	}
	return open + 1 + len(s.line(open+1)), false
}

// line returns the rest of the line from i on.
func (s *scanner) line(i int) string {
	rest := s.text[i:]
	if n := strings.IndexAny(rest, "\r\n"); n >= 0 {
		return rest[:n]
	}
	return rest
}

// paren opens a parenthesis, alone or behind a word.
func (s *scanner) paren(kind lexer.TokenType, start, end int) {
	s.pos = end
	limit := MaxNesting
	if kind == tokenCall {
		limit++ // the parentheses of a status do not count
	}
	if s.deep > 0 || len(s.open) >= limit {
		if s.deep == 0 {
			s.add(TooDeep, s.span(start, end), "give a part of it to a Job of its own", "more than %d parentheses inside one another", MaxNesting)
		}
		s.deep++
		s.emit(tokenJunk, start, end)
		return
	}
	s.open = append(s.open, end-1)
	s.emit(kind, start, end)
}

func (s *scanner) closing() {
	switch {
	case s.deep > 0:
		s.deep--
		s.take(tokenJunk, 1)
	case len(s.open) == 0:
		s.add(Unopened, s.span(s.pos, s.pos+1), "", "nothing is open here that this could close")
		s.take(tokenJunk, 1)
	default:
		s.open = s.open[:len(s.open)-1]
		s.take(tokenClose, 1)
	}
}
