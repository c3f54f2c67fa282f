package lang

import (
	"errors"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The grammar is wider than the language: any sequence of tokens with balanced
// parentheses is an expression of it. What may stand beside what is checked
// afterwards by level.go and check.go, which is how every mistake is found and
// not only the first, and each at its exact place.
//
// None of these types, and no text of the parser library, leaves the package.

// expression is one level of an expression, up to the parenthesis that ends it:
// looking for that first spares a try of everything that can begin a part.
type expression struct {
	Parts []*part `parser:"( (?! Close) @@ )*"`
}

// part is one check, or what joins or negates them, or what has been reported.
// Nothing is captured but what nests: Tokens has the rest, and no copy of it.
type part struct {
	Tokens []lexer.Token
	Check  *check `parser:"Joint | @@ | Not | Junk | Compare | Plus | Percent | Indexes"`
}

// check is an operand: a target, a status with its targets and keys, a time, or
// an expression in parentheses.
type check struct {
	Tokens []lexer.Token
	Inner  *expression `parser:"( Name Indexes? | (Open | Call) @@ Close | Setting | Time )"`
	Tail   *tail       `parser:"@@?"`
}

// tail is what may follow a check.
type tail struct {
	Tokens  []lexer.Token
	Delayed bool `parser:"Compare Name? Percent? ( @Plus Name? )? | @Plus Name?"`
}

// indexes is the content of a pair of brackets, with them. This grammar is
// strict: a mistake in brackets costs only what is between them.
type indexes struct {
	// Ranges is empty for [*].
	Ranges []*indexRange `parser:"Begin ( @@ ( Comma @@ )* | Star ) End"`
}

type indexRange struct {
	Tokens []lexer.Token
	Low    *arithmetic `parser:"@@"`
	High   *arithmetic `parser:"( Dots @@ ( Colon Integer )? )?"`
}

// arithmetic is factors with signs between them; brackets.go knows which bind
// first.
type arithmetic struct {
	Tokens  []lexer.Token
	Factors []*factor `parser:"@@ ( (Sum | Star | Slash) @@ )*"`
}

type factor struct {
	Tokens []lexer.Token
	Inner  *arithmetic `parser:"Integer | Variable | Open @@ Close"`
}

// The parsers are built once and are safe for concurrent use.
var (
	expressionGrammar = participle.MustBuild[expression](participle.Lexer(textDialect))
	indexGrammar      = participle.MustBuild[indexes](participle.Lexer(indexDialect), participle.UseLookahead(0))
)

// parseTokens reads all tokens; at is where it failed, -1 if it did not.
func parseTokens[G any](grammar *participle.Parser[G], list *tokens) (tree *G, at int) {
	peeking, err := lexer.Upgrade(list)
	if err == nil {
		if tree, err = grammar.ParseFromLexer(peeking); err == nil {
			return tree, -1
		}
	}
	var wrong participle.Error
	if errors.As(err, &wrong) {
		return nil, wrong.Position().Offset
	}
	return nil, 0
}
