// Package lang is the dependency language: what a Job's annotation
// depctl.dev/depends-on may say, and what it means. docs/language.md explains
// it to users.
//
// It knows text and logic and never a Kubernetes object. The way through it:
//
//	text --Parse--> Expr --Eval(World)--> Verdict
//
// Parse reads the text and reports mistakes as Diagnostics, each with a code,
// a position in the text and, where there is a likely fix, a hint.
//
// An Expr is immutable and safe for concurrent use. Nothing here reads a
// clock, writes a log or keeps state.
package lang
