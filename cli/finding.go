package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// finding is one mistake at its place in a file. It is all that any output
// format shows, so that none can say more than another.
type finding struct {
	manifest *manifest
	// document counts from 1.
	document int
	// What it is about; empty if it is about the file.
	kind, namespace, name string
	// Span of the diagnostic is in the file.
	lang.Diagnostic
}

// workloads returns those of a file, and the parts of it that are not YAML.
func (m *manifest) workloads(namespace string) ([]*workload, []syntaxError) {
	documents, failures := m.documents()
	var found []*workload
	for _, d := range documents {
		found = append(found, workloadsIn(d, namespace)...)
	}
	for _, w := range found {
		if w.live = m.live != nil; w.live {
			w.job, w.facts = m.live, gate.Observe(m.live)
		}
		if w.isAnnotated() {
			w.yaml()
		}
	}
	for _, d := range documents {
		for at := range d.aliases {
			failures = append(failures, syntaxError{
				document: d.number, offset: at, message: "not YAML: there is no anchor for this alias",
				hint: "put text that begins with * in quotes",
			})
		}
		clear(d.aliases)
	}
	return found, failures
}

// yaml reads the annotation, and notes what YAML did to it.
func (w *workload) yaml() {
	value := newYAMLValue(w)
	found, readable := value.mistakes()
	w.mistaken = found
	if !readable {
		return
	}
	w.source = value.scalar
	w.expr, w.invalid = lang.Parse(value.node.Value)
}

// diagnose returns what is wrong with an annotation, at its place in the file.
// The world may be nil.
func (w *workload) diagnose(world lang.World) []lang.Diagnostic {
	found := slices.Clone(w.mistaken)
	if w.source == nil {
		return found
	}
	for _, diagnostic := range diagnoseText(w.expr, w.invalid, lang.Context{
		Subject: w.facts.Subject(), World: world, Kinds: []string{lang.KindJob},
	}) {
		diagnostic.Span = w.source.span(diagnostic.Span)
		found = append(found, diagnostic)
	}
	return found
}

// diagnoseText returns what is wrong with an expression, or why it is none.
func diagnoseText(expr *lang.Expr, invalid error, context lang.Context) []lang.Diagnostic {
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

// byPlace sorts what was found in one file.
func byPlace(a, b finding) int {
	return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End), cmp.Compare(a.Code, b.Code))
}
