package batch

import (
	"fmt"
	"strings"
)

// term is a part of an expression of package lang.
type term struct {
	// joint is ", ", "or" or "not"; a check has none.
	joint string
	text  string
	terms []term
}

func check(format string, args ...any) term { return term{text: fmt.Sprintf(format, args...)} }

func all(terms ...term) term { return joined("and", terms) }

func either(terms ...term) term { return joined("or", terms) }

func joined(joint string, terms []term) term {
	switch len(terms) {
	case 0:
		return term{}
	case 1:
		return terms[0]
	}
	return term{joint: joint, terms: terms}
}

func not(t term) term { return term{joint: "not", terms: []term{t}} }

func (t term) isEmpty() bool { return t.joint == "" && t.text == "" }

func (t term) String() string {
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

func (t term) inside() string {
	if t.joint == "and" || t.joint == "or" {
		return "(" + t.String() + ")"
	}
	return t.String()
}
