// Package lang is the dependency language: what a Job's annotation
// depctl.dev/depends-on may say, and what it means. docs/reference/language.md explains
// it to users.
//
// It knows text and logic and never a Kubernetes object. The way through it:
//
//	text --Parse--> Expr --Eval(World)--> Verdict
//
// Parse (parse.go) reads the text and reports mistakes as Diagnostics, each
// with a code (code.go), a span of the text and, where there is a likely fix, a
// hint; Source.Draw shows them, also at their place in a file that holds the
// text. Vet finds what is well formed and doubtful.
//
// Eval asks a World about the objects that the expression names and answers in
// Kleene's three values: True opens the gate, False means never as things
// stand, and Unknown waits. It decides the requirements that gate the whole
// Job; EvalElements decides those that gate single elements of an array, for
// all of them at once. Reasons says why, and is a call of its own because most
// evaluations are not asked.
//
// The files are named for what they do; those of one step begin with the same word:
//
//	ast_          Expr and its parts. ast.go, ast_index.go (indexes of elements), ref.go,
//	              indexes.go (sets of indexes), print.go and json.go
//	status_       status.go is the table that says all about each status, status_unit.go
//	              what its entries are made of: what is known of an object or element
//	lex_          text to tokens, in four modes: outside, in [ ], in { }, in time( ).
//	              lex_delimited.go balances what is in parentheses and quotes;
//	              lex_recover.go explains what has no meaning at all
//	parse_        tokens to an Expr. parse_grammar.go is the grammar for the parser
//	              library; it is wider than the language and so never fails outside of
//	              brackets. parse_level.go builds what joins checks, parse_check.go a
//	              check, parse_target.go what it asks about, parse_run.go what stands behind
//	              "@", parse_index.go indexes.
//	              parse_names.go is a shorter way for plain lists of names, which
//	              nearly all are
//	validate.go   finds what can never be right, while it is parsed
//	hint_         what a word of another scheduler, or a misspelt one, is here
//	vet           what is well formed and doubtful
//	eval_         an Expr and a World to a value: eval.go for single objects, eval_set.go,
//	              eval_run.go (whole runs, absence, results), eval_array.go,
//	              eval_elementwise.go (all elements at once, by the segments of
//	              eval_segment.go), eval_time.go, eval_relaxed.go (what
//	              on-dependency-failure "run" goes by), eval_count.go
//	satisfiable   whether an Expr can still become true
//	reason, trace, describe   why a value is what it is, as data and in words
//	diagnostic, code, draw    mistakes, and how they are shown. code_text.go is generated
//	                          from the comments of code.go and code_finding.go
//
// An Expr is immutable and safe for concurrent use. Nothing here reads a
// clock, writes a log or keeps state.
package lang
