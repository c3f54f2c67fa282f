// Package lang is the dependency language: what a Job's annotation
// depctl.dev/depends-on may say, and what it means. docs/language.md explains
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
// How a text becomes an Expr:
//
//   - scan.go reads tokens, in four modes: outside, in [ ], in { }, in time( ).
//     It reports what has no meaning at all and balances parentheses.
//   - grammar.go is the grammar for the parser library. It is wider than the
//     language and so never fails outside of brackets.
//   - level.go builds what joins checks, check.go a check, target.go what it
//     asks about, brackets.go indexes; sensible.go finds what can never be right.
//   - names.go is a shorter way for plain lists of names, which nearly all are.
//
// An Expr is immutable and safe for concurrent use. Nothing here reads a
// clock, writes a log or keeps state.
package lang
