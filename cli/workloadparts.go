package cli

import (
	"go.yaml.in/yaml/v3"

	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// key returns the place of a key in a map.
func (w *workload) key(in *yaml.Node, name string) lang.Span {
	for i := 0; i+1 < len(in.Content); i += 2 {
		if in.Content[i].Value == name {
			return w.span(in.Content[i])
		}
	}
	return w.span(in)
}

// isElementwise reports whether elements of the Job wait one by one.
func (w *workload) isElementwise() bool { return w.expr != nil && w.expr.Elementwise() }

// container returns the place of a container in one of its lists.
func (w *workload) container(of string, i int) lang.Span {
	spec := child(w.pods, "spec")
	if list := target(child(spec, of)); list != nil && list.Kind == yaml.SequenceNode && i < len(list.Content) {
		if image := child(list.Content[i], "image"); image != nil {
			return w.span(image)
		}
	}
	return w.span(spec)
}

// naming returns where the expression names a Job, or where it begins if that is
// in one of its sets.
func (w *workload) naming(ref lang.Ref) lang.Span {
	if w.expr == nil {
		return w.span(w.value)
	}
	for _, edge := range w.expr.Edges() {
		if edge.Ref.Resolve(w.namespace) == ref {
			return w.expression(edge.Span)
		}
	}
	return w.span(w.value)
}

// onceEach returns what the expression names, each thing once.
func (w *workload) onceEach() []lang.Edge {
	if w.expr == nil {
		return nil
	}
	seen := map[lang.Ref]bool{}
	var edges []lang.Edge
	for _, edge := range w.expr.Edges() {
		if !seen[edge.Ref] {
			seen[edge.Ref] = true
			edges = append(edges, edge)
		}
	}
	return edges
}

// account returns the service account of the pods.
func (w *workload) account() string { return w.facts.ServiceAccount }

// display names a workload for people.
func (w *workload) display() string {
	name := w.namespace + "/" + w.name
	if w.kind != "Job" {
		name = w.kind + " " + name
	}
	return picture.OneLine(name)
}

// isTorn reports whether a comma in a flow map has torn the expression apart, which
// has its own finding.
func (w *workload) isTorn() bool {
	for _, d := range w.mistaken {
		if d.Code == yamlFlow {
			return true
		}
	}
	return false
}
