package controller

import (
	"slices"
	"strings"

	"depctl.dev/gate"
	"depctl.dev/gate/event"
)

// CrossNamespace says whether references into other namespaces are honoured.
type CrossNamespace string

// The ways to treat references into other namespaces.
const (
	// RBACNamespaces honours one if the Job's service account has the right.
	RBACNamespaces CrossNamespace = "rbac"
	// OpenNamespaces honours all.
	OpenNamespaces CrossNamespace = "open"
	// DenyNamespaces honours none.
	DenyNamespaces CrossNamespace = "deny"
)

// Scope is a choice of namespaces. The zero Scope has all.
type Scope struct {
	// Only has the namespaces that are chosen; all if it is empty.
	Only []string
	// Except has those that are not, also where Only names them.
	Except []string
}

// Has reports whether a namespace is chosen.
func (s Scope) Has(namespace string) bool {
	return (len(s.Only) == 0 || slices.Contains(s.Only, namespace)) && !slices.Contains(s.Except, namespace)
}

// observed returns what a gate that only observes does instead: it says what it
// would do.
func observed(d gate.Decision) gate.Decision {
	if d.Action == gate.Ignoring || d.Action == gate.Waiting || d.Action == gate.Opening && len(d.Elements.Open)+len(d.Elements.Fail) == 0 {
		return d
	}
	_, why, _ := strings.Cut(d.Message, ": ")
	return gate.Decision{
		Action: gate.Waiting, Reason: event.ReasonObserved,
		Message: "this gate only observes; it would " + d.Action.String() + " the Job: " + why,
	}
}
