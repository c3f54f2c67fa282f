package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// comparison reads the signs <, >, = and !. The operators of other languages
// are read as what they mean, so that they are one mistake each.
func (s *scanner) comparison() {
	end := s.pos
	for end < len(s.text) && strings.IndexByte("<>=", s.text[end]) >= 0 || end == s.pos {
		end++
	}
	sign := s.text[s.pos:end]
	if sign[0] == '!' && sign != "!=" {
		s.suggest(ForeignOperator, s.span(s.pos, s.pos+1), `write "not"`, []Fix{{s.span(s.pos, s.pos+1), "not "}}, `"!" has no meaning here, and YAML removes a leading one`)
		s.take(tokenNot, 1)
		return
	}
	if !isOperator(sign) {
		hint := ">="
		switch sign {
		case ">>", "<<":
			s.add(ForeignOperator, s.span(s.pos, end), "annotate the Job that waits with the name of what it waits for", "%s has no meaning here", quote(sign))
			s.take(tokenJunk, end-s.pos)
			return
		case "=", "===":
			hint = "=="
		case "=<":
			hint = "<="
		case "<>":
			hint = "!="
		}
		var fixes []Fix
		if isDigits(string(s.byteAt(s.spaces(end)))) {
			fixes = []Fix{{s.span(s.pos, end), hint}}
		}
		s.suggest(BadOperator, s.span(s.pos, end), "write "+quote(hint), fixes, "%s is not a comparison, expected >=, >, <=, <, == or !=", quote(sign))
	}
	s.take(tokenCompare, end-s.pos)
}

// arrow reports a word of nothing but "-", with what makes it an arrow.
func (s *scanner) arrow(end int) {
	hint := "a delay is added: + 10m"
	if s.byteAt(end) == '>' {
		end++
		hint = "annotate the Job that waits with the name of what it waits for"
	}
	s.add(ForeignOperator, s.span(s.pos, end), hint, "%s has no meaning here", quote(s.text[s.pos:end]))
	s.take(tokenJunk, end-s.pos)
}

// asciiEquivalent returns what people mean, or word processors are given, by a character
// that looks like a sign of the language or is its full-width form.
func asciiEquivalent(r rune) (string, bool) {
	switch r {
	case '‘', '’', '‚':
		return "'", true
	case '“', '”', '„', '«', '»':
		return `"`, true
	case '–', '—', '−':
		return "-", true
	case '…':
		return "..", true
	case '×':
		return "*", true
	case '÷':
		return "/", true
	case '≥':
		return ">=", true
	case '≤':
		return "<=", true
	case '≠':
		return "!=", true
	case '、':
		return ",", true
	case '。':
		return ".", true
	case '∧':
		return "and", true
	case '∨':
		return "or", true
	case '¬':
		return "not", true
	}
	switch {
	case r >= 0xff01 && r <= 0xff5e:
		return string(r - 0xfee0), true
	case r >= 0x80 && unicode.IsSpace(r):
		return " ", true
	}
	return "", false
}

// recoverSign reads a sign without meaning, reports it, and goes on as if it had
// been what it most likely means.
func (s *scanner) recoverSign() {
	rest := s.text[s.pos:]
	for _, f := range foreignSigns() {
		if strings.HasPrefix(rest, f.sign) {
			var fixes []Fix
			if f.means != "" {
				fixes = []Fix{{s.span(s.pos, s.pos+len(f.sign)), f.means}}
			}
			s.suggest(f.code, s.span(s.pos, s.pos+len(f.sign)), f.hint, fixes, "%s has no meaning here", quote(f.sign))
			if f.line {
				s.take(f.kind, len(s.line(s.pos)))
			} else {
				s.take(f.kind, len(f.sign))
			}
			return
		}
	}
	r, size := utf8.DecodeRuneInString(rest)
	plain, alike := asciiEquivalent(r)
	switch {
	case r == utf8.RuneError && size == 1:
		for s.pos+size < len(s.text) {
			next, n := utf8.DecodeRuneInString(s.text[s.pos+size:])
			if next != utf8.RuneError || n != 1 {
				break
			}
			size++
		}
		s.add(BadCharacter, s.span(s.pos, s.pos+size), "save the text as UTF-8", "this is not UTF-8 text")
	case alike && (plain == `"` || plain == "'"):
		// To the other quote of the pair, if it is on this line.
		n := strings.IndexFunc(s.text[s.pos+size:], func(r rune) bool { p, _ := asciiEquivalent(r); return p == plain || r == '\n' })
		if n >= 0 && s.text[s.pos+size+n] != '\n' {
			_, last := utf8.DecodeRuneInString(s.text[s.pos+size+n:])
			inside := s.text[s.pos+size : s.pos+size+n]
			size += n + last
			s.suggest(BadCharacter, s.span(s.pos, s.pos+size), "write "+clip(plain+inside+plain), []Fix{{s.span(s.pos, s.pos+size), plain + inside + plain}}, "%s is not the quote of this language", quote(string(r)))
			break
		}
		s.add(BadCharacter, s.span(s.pos, s.pos+size), "write "+plain, "%s is not the quote of this language", quote(string(r)))
	case alike && plain == " ":
		s.suggest(BadCharacter, s.span(s.pos, s.pos+size), "write an ordinary space", []Fix{{s.span(s.pos, s.pos+size), " "}}, "this is not an ordinary space, %U", r)
		s.pos += size
		return
	case alike:
		var fixes []Fix
		if lookalikeKind(plain) != tokenJunk { // a dash or a bracket alone would be the next mistake
			fixes = []Fix{{s.span(s.pos, s.pos+size), plain}}
		}
		s.suggest(BadCharacter, s.span(s.pos, s.pos+size), "write "+quote(plain), fixes, "%s only looks like %s", quote(string(r)), quote(plain))
		s.take(lookalikeKind(plain), size)
		return
	case r == '[' || r == ']' || r == '}':
		s.add(Unopened, s.span(s.pos, s.pos+size), "", "nothing is open here that this could close")
	case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
		s.add(BadCharacter, s.span(s.pos, s.pos+size), "delete it", "this character is invisible, %U", r)
	default:
		end := s.pos + size
		for end < len(s.text) && strings.HasPrefix(s.text[end:], rest[:size]) {
			end += size
		}
		size = end - s.pos
		s.add(BadCharacter, s.span(s.pos, s.pos+size), "", "%s has no meaning here", quote(rest[:size]))
	}
	s.take(tokenJunk, size)
}

func lookalikeKind(plain string) lexer.TokenType {
	switch plain {
	case ",", "and", "or":
		return tokenJoint
	case "not", "!":
		return tokenNot
	case "+":
		return tokenPlus
	case "%":
		return tokenPercent
	case ">=", "<=", "!=", "<", ">":
		return tokenCompare
	default:
		return tokenJunk
	}
}

type foreignSign struct {
	sign string
	code Code
	hint string
	kind lexer.TokenType
	line bool // the rest of the line belongs to it
	// means is what it is here.
	means string
}

// foreignSigns are signs of other languages, the longer first.
func foreignSigns() [6]foreignSign {
	return [...]foreignSign{
		{"&&", ForeignOperator, `write "," or "and"`, tokenJoint, false, " and "},
		{"||", ForeignOperator, `write "or"`, tokenJoint, false, " or "},
		{"&", ForeignOperator, `write "," or "and"`, tokenJoint, false, " and "},
		{"|", ForeignOperator, `write "or"`, tokenJoint, false, " or "},
		{";", ForeignOperator, `write ","`, tokenJoint, false, ", "},
		{"#", Comment, "there are no comments: use another annotation, or a YAML comment above this one", tokenJunk, true, ""},
	}
}
