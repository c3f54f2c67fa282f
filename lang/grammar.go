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

// expression is one level of an expression, up to the parenthesis that ends it.
type expression struct {
	Parts []*part `parser:"@@*"`
}

// part is a check with what may follow it, or a group, or what joins them.
type part struct {
	Joint lexer.Token `parser:"  @Joint"`
	Check *check      `parser:"| @@"`
	Not   lexer.Token `parser:"| @Not"`
	Stray lexer.Token `parser:"| @(Junk | Compare | Plus | Percent | Indexes)"`
}

// check is an operand: a target, a status with its targets and keys, a time, or
// an expression in parentheses.
type check struct {
	Name    lexer.Token `parser:"(  @Name"`
	Indexes lexer.Token `parser:"   @Indexes?"`
	Setting lexer.Token `parser:" | @Setting"`
	Time    lexer.Token `parser:" | @Time"`
	Open    lexer.Token `parser:" | @(Open | Call)"`
	Inner   *expression `parser:"   @@"`
	Close   lexer.Token `parser:"   @Close )"`
	Compare lexer.Token `parser:"(  @Compare"`
	Count   lexer.Token `parser:"   @Name?"`
	Percent lexer.Token `parser:"   @Percent? )?"`
	Plus    lexer.Token `parser:"(  @Plus"`
	Delay   lexer.Token `parser:"   @Name? )?"`
}

// indexes is the content of a pair of brackets, with them. This grammar is
// strict: a mistake in brackets costs only what is between them.
type indexes struct {
	All    bool          `parser:"Begin ( @Star"`
	Ranges []*indexRange `parser:"| @@ ( Comma @@ )* ) End"`
}

type indexRange struct {
	Low  *indexSum   `parser:"@@"`
	High *indexSum   `parser:"( Dots @@"`
	Step lexer.Token `parser:"( Colon @Integer )? )?"`
}

type indexSum struct {
	First *indexProduct   `parser:"@@"`
	Rest  []*indexAddends `parser:"@@*"`
}

type indexAddends struct {
	Sign lexer.Token   `parser:"@Sum"`
	Term *indexProduct `parser:"@@"`
}

type indexProduct struct {
	First *indexFactor    `parser:"@@"`
	Rest  []*indexFactors `parser:"@@*"`
}

type indexFactors struct {
	Sign lexer.Token  `parser:"@(Star | Slash)"`
	Term *indexFactor `parser:"@@"`
}

type indexFactor struct {
	Integer  lexer.Token `parser:"  @Integer"`
	Variable lexer.Token `parser:"| @Variable"`
	Inner    *indexSum   `parser:"| Open @@ Close"`
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
