package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Finding is one mistake at its place in a file. It is all that any output
// format shows, so that none can say more than another.
type Finding struct {
	Manifest *Manifest
	// Document counts from 1.
	Document int
	// What it is about; empty if it is about the file.
	Kind, Namespace, Name string
	// Span of the diagnostic is in the file.
	lang.Diagnostic
}

// Workloads returns those of a file, and the parts of it that are not YAML.
func (m *Manifest) Workloads(namespace string) ([]*Workload, []SyntaxError) {
	documents, failures := m.documents()
	var found []*Workload
	for _, d := range documents {
		found = append(found, workloadsIn(d, namespace)...)
	}
	for _, w := range found {
		if w.Live = m.Live != nil; w.Live {
			w.Job, w.Facts = m.Live, gate.Observe(m.Live)
		}
		if w.IsAnnotated() {
			w.yaml()
		}
	}
	for _, d := range documents {
		for at := range d.aliases {
			failures = append(failures, SyntaxError{
				Document: d.Number, Offset: at, Message: "not YAML: there is no anchor for this alias",
				Hint: "put text that begins with * in quotes",
			})
		}
		clear(d.aliases)
	}
	return found, failures
}

// yaml reads the annotation, and notes what YAML did to it.
func (w *Workload) yaml() {
	value := newYAMLValue(w)
	found, readable := value.mistakes()
	w.mistaken = found
	if !readable {
		return
	}
	w.Source = value.scalar
	w.Expr, w.invalid = lang.Parse(value.node.Value)
}

// Diagnose returns what is wrong with an annotation, at its place in the file.
// The world may be nil.
func (w *Workload) Diagnose(world lang.World) []lang.Diagnostic {
	found := slices.Clone(w.mistaken)
	if w.Source == nil {
		return found
	}
	for _, diagnostic := range DiagnoseText(w.Expr, w.invalid, lang.Context{
		Subject: w.Facts.Subject(), World: world,
	}) {
		diagnostic.Span = w.Source.span(diagnostic.Span)
		found = append(found, diagnostic)
	}
	return found
}

// DiagnoseText returns what is wrong with an expression, or why it is none.
func DiagnoseText(expr *lang.Expr, invalid error, context lang.Context) []lang.Diagnostic {
	if invalid == nil {
		return expr.Vet(context)
	}
	var all *lang.Diagnostics
	if !errors.As(invalid, &all) || len(all.List) == 0 {
		return []lang.Diagnostic{{Severity: lang.Error, Message: invalid.Error()}}
	}
	found := slices.Clone(all.List)
	if all.More > 0 {
		last := &found[len(found)-1]
		if last.Hint != "" {
			last.Hint += "; "
		}
		last.Hint += fmt.Sprintf("%s more in this expression", command.Count(all.More, "mistake"))
	}
	return found
}

// ByPlace sorts what was found in one file.
func ByPlace(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End), cmp.Compare(a.Code, b.Code))
}
