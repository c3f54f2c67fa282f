package manifest

import (
	"go.yaml.in/yaml/v3"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Key returns the place of a key in a map.
func (w *Workload) Key(in *yaml.Node, name string) lang.Span {
	for i := 0; i+1 < len(in.Content); i += 2 {
		if in.Content[i].Value == name {
			return w.Span(in.Content[i])
		}
	}
	return w.Span(in)
}

// IsElementwise reports whether elements of the Job wait one by one.
func (w *Workload) IsElementwise() bool { return w.Expr != nil && w.Expr.Elementwise() }

// Container returns the place of a container in one of its lists.
func (w *Workload) Container(of string, i int) lang.Span {
	spec := Child(w.Pods, "spec")
	if list := Target(Child(spec, of)); list != nil && list.Kind == yaml.SequenceNode && i < len(list.Content) {
		if image := Child(list.Content[i], "image"); image != nil {
			return w.Span(image)
		}
	}
	return w.Span(spec)
}

// Naming returns where the expression names a Job, or where it begins if that is
// in one of its sets.
func (w *Workload) Naming(ref lang.Ref) lang.Span {
	if w.Expr == nil {
		return w.Span(w.Value)
	}
	for _, edge := range w.Expr.Edges() {
		if edge.Ref.Resolve(w.By()) == ref {
			return w.Expression(edge.Span)
		}
	}
	return w.Span(w.Value)
}

// AsWaiting returns a Deployment that waits with its expression, as a Job has it; everything else as it is.
func (w *Workload) AsWaiting() *Workload {
	if _, waits := w.Held(); !waits {
		return w
	}
	own := *w
	own.Value, own.siblings = Entry(Target(Child(w.Root, "metadata", "annotations")), gate.DependsOnAnnotation)
	own.yaml()
	return &own
}

// OnceEach returns what the expression names, each thing once.
func (w *Workload) OnceEach() []lang.Edge {
	if w.Expr == nil {
		return nil
	}
	seen := map[lang.Ref]bool{}
	var edges []lang.Edge
	for _, edge := range w.Expr.Edges() {
		if !seen[edge.Ref] {
			seen[edge.Ref] = true
			edges = append(edges, edge)
		}
	}
	return edges
}

// Display names a workload for people.
func (w *Workload) Display() string {
	name := w.Namespace + "/" + w.Name
	if w.Kind != "Job" {
		name = w.Kind + " " + name
	}
	return picture.OneLine(name)
}

// IsTorn reports whether a comma in a flow map has torn the expression apart, which
// has its own finding.
func (w *Workload) IsTorn() bool {
	for _, d := range w.mistaken {
		if d.Code == YAMLFlow {
			return true
		}
	}
	return false
}
