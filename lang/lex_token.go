package lang

import (
	"io"

	"github.com/alecthomas/participle/v2/lexer"
)

// The kinds of tokens. A few wide kinds rather than many narrow ones: the
// grammar tries one after the other, and check.go knows what is inside.
const (
	tokenName    lexer.TokenType = iota + 1 // [kind:][namespace/]name, also quoted, glob or selector; a number; a duration
	tokenIndexes                            // "[...]" with its content, to be read in the mode of brackets
	tokenCall                               // word and "(" that follows at once
	tokenTime                               // "time(...)"
	tokenOpen                               // "("
	tokenClose                              // ")", of no length where it is missing
	tokenJoint                              // "," "and" "or"
	tokenNot                                // "not"
	tokenCompare                            // ">=" and its like
	tokenPercent                            // "%"
	tokenPlus                               // "+"
	tokenSetting                            // key=value
	tokenJunk                               // already reported

	tokenInteger  // in brackets, as all that follow
	tokenVariable // "i"
	tokenDots     // ".."
	tokenColon    // ":"
	tokenComma    // ","
	tokenStar     // "*"
	tokenSum      // "+" "-"
	tokenSlash    // "/" "%"
	tokenBegin    // "["
	tokenEnd      // "]"
)

// dialect is the lexer in one of its two outer modes, in the form that the
// parser library wants. The modes of { } and of time( ) are inside scanText.
type dialect struct {
	symbols map[string]lexer.TokenType
	scan    func(s *scanner)
}

// textDialect reads expressions and indexDialect what stands in brackets.
var (
	textDialect = dialect{scan: (*scanner).scanText, symbols: map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Name": tokenName, "Indexes": tokenIndexes, "Call": tokenCall, "Time": tokenTime,
		"Open": tokenOpen, "Close": tokenClose, "Joint": tokenJoint, "Not": tokenNot, "Compare": tokenCompare,
		"Percent": tokenPercent, "Plus": tokenPlus, "Setting": tokenSetting, "Junk": tokenJunk,
	}}
	indexDialect = dialect{scan: (*scanner).scanIndexes, symbols: map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Integer": tokenInteger, "Variable": tokenVariable, "Dots": tokenDots, "Colon": tokenColon,
		"Comma": tokenComma, "Star": tokenStar, "Sum": tokenSum, "Slash": tokenSlash, "Begin": tokenBegin,
		"End": tokenEnd, "Open": tokenOpen, "Close": tokenClose, "Junk": tokenJunk,
	}}
)

// Symbols implements lexer.Definition.
func (d dialect) Symbols() map[string]lexer.TokenType { return d.symbols }

// Lex implements lexer.Definition.
func (d dialect) Lex(_ string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return d.tokens(string(text), 0, &report{}), nil
}

// tokens reads all of text; its offsets count from base.
func (d dialect) tokens(text string, base int, found *report) *tokens {
	s := scanner{text: text, base: base, report: found}
	s.tokens = make([]lexer.Token, 0, 4+len(text)/4)
	d.scan(&s)
	s.emit(lexer.EOF, len(text), len(text))
	return &tokens{list: s.tokens, cut: s.cut}
}

// tokens hands out what was read.
type tokens struct {
	list []lexer.Token
	next int
	// cut says that the text is longer.
	cut bool
}

// Next implements lexer.Lexer.
func (t *tokens) Next() (lexer.Token, error) {
	token := t.list[t.next]
	if t.next < len(t.list)-1 {
		t.next++
	}
	return token, nil
}

func spanOf(t lexer.Token) Span {
	return Span{t.Pos.Offset, t.Pos.Offset + len(t.Value)}
}
