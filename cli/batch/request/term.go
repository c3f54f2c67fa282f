package request

import (
	"fmt"
	"strings"
)

// Term is a part of an expression of package lang.
type Term struct {
	// joint is ", ", "or" or "not"; a check has none.
	joint string
	text  string
	terms []Term
}

// Check returns one check, in the language of package lang.
func Check(format string, args ...any) Term { return Term{text: fmt.Sprintf(format, args...)} }

// All returns what is true if all terms are.
func All(terms ...Term) Term { return joined("and", terms) }

// Either returns what is true if one of the terms is.
func Either(terms ...Term) Term { return joined("or", terms) }

func joined(joint string, terms []Term) Term {
	switch len(terms) {
	case 0:
		return Term{}
	case 1:
		return terms[0]
	}
	return Term{joint: joint, terms: terms}
}

// Not returns what is true if the term is not.
func Not(t Term) Term { return Term{joint: "not", terms: []Term{t}} }

// IsEmpty reports whether a term says nothing.
func (t Term) IsEmpty() bool { return t.joint == "" && t.text == "" }

func (t Term) String() string {
	switch t.joint {
	case "":
		return t.text
	case "not":
		return "not " + t.terms[0].inside()
	}
	texts := make([]string, len(t.terms))
	for i, one := range t.terms {
		texts[i] = one.inside()
	}
	return strings.Join(texts, " "+t.joint+" ")
}

func (t Term) inside() string {
	if t.joint == "and" || t.joint == "or" {
		return "(" + t.String() + ")"
	}
	return t.String()
}
