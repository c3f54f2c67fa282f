package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

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

// findings looks at all annotated Jobs of a file. unreadable counts the parts of
// it that are not YAML; they are findings too.
func (m *manifest) findings(namespace string) (found []finding, jobs, unreadable int) {
	documents, failures := m.documents()
	for _, d := range documents {
		for _, a := range annotatedIn(d, namespace) {
			jobs++
			for _, diagnostic := range diagnose(a) {
				found = append(found, finding{
					manifest: m, document: d.number, kind: a.kind, namespace: a.namespace, name: a.name, Diagnostic: diagnostic,
				})
			}
		}
		for at := range d.aliases {
			failures = append(failures, syntaxError{
				document: d.number, offset: at, message: "not YAML: there is no anchor for this alias",
				hint: "put text that begins with * in quotes",
			})
		}
		clear(d.aliases)
	}
	for _, failure := range failures {
		found = append(found, finding{manifest: m, document: failure.document, Diagnostic: lang.Diagnostic{
			Severity: lang.Error, Code: yamlSyntax, Message: failure.message, Hint: failure.hint,
			Span: lang.Span{Start: failure.offset, End: failure.offset},
		}})
	}
	slices.SortStableFunc(found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End), cmp.Compare(a.Code, b.Code))
	})
	return found, jobs, len(failures)
}

// diagnose returns what is wrong with an annotation, at its place in the file.
// It looks at the text and at its own Job, and asks nothing about others.
func diagnose(a *annotated) []lang.Diagnostic {
	value := newYAMLValue(a)
	found, readable := value.mistakes()
	if !readable {
		return found
	}
	for _, diagnostic := range diagnoseText(value.node.Value, gate.Observe(a.job).Subject()) {
		diagnostic.Span = value.scalar.span(diagnostic.Span)
		found = append(found, diagnostic)
	}
	return found
}

// diagnoseText returns what is wrong with an expression. subject may be nil.
func diagnoseText(text string, subject *lang.Subject) []lang.Diagnostic {
	expr, err := lang.Parse(text)
	if err == nil {
		return expr.Vet(lang.Context{Subject: subject})
	}
	var all *lang.Diagnostics
	if !errors.As(err, &all) || len(all.List) == 0 {
		return []lang.Diagnostic{{Severity: lang.Error, Message: err.Error()}}
	}
	found := slices.Clone(all.List)
	if all.More > 0 {
		last := &found[len(found)-1]
		if last.Hint != "" {
			last.Hint += "; "
		}
		last.Hint += fmt.Sprintf("%s more in this expression", count(all.More, "mistake"))
	}
	return found
}

// count returns a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
