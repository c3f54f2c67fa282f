package argo

import (
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/importer/output"
)

// scope says what the tags of a template stand for.
type scope struct {
	w *workflow
	// values are known texts, which may have refs in them.
	values map[string]string
	// nodes are the steps or tasks before, by name.
	nodes map[string]*node
}

func (s scope) with(values map[string]string) scope {
	merged := maps.Clone(s.values)
	if merged == nil {
		merged = map[string]string{}
	}
	maps.Copy(merged, values)
	return scope{s.w, merged, s.nodes}
}

// replace puts values in the place of tags. A tag that stands for nothing is a problem,
// unless it is one of those that a later replacement knows.
func (s scope) replace(text string, at output.Place) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		tag, after, closed := strings.Cut(rest, "}}")
		if !closed {
			b.WriteString("{{" + rest)
			return b.String()
		}
		if strings.HasPrefix(tag, "=") { // }} may stand inside of an expression
			for strings.HasPrefix(after, "}") {
				tag, after = tag+"}", after[1:]
			}
		}
		value, known := s.lookup(strings.TrimSpace(tag), at)
		if known {
			b.WriteString(value)
		} else {
			b.WriteString("{{" + tag + "}}")
		}
		text = after
	}
}

// lookup returns what one tag stands for.
func (s scope) lookup(tag string, at output.Place) (string, bool) {
	if formula, ok := strings.CutPrefix(tag, "="); ok {
		value, err := s.evaluate(formula)
		if err != nil {
			s.w.out.Fail(at, "write the value, or give it with -p", "the expression {{%s}} cannot be carried: %s", output.Printable(tag), err)
			return "", true
		}
		return value.String(), true
	}
	if value, ok := s.values[tag]; ok {
		return value, true
	}
	if value, ok := s.output(tag, at); ok {
		return value, true
	}
	if field, ok := fields[tag]; ok {
		return s.w.text(ref{kind: isField, name: variable(strings.ReplaceAll(tag, ".", "_")), said: tag, source: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{FieldPath: field},
		}}), true
	}
	switch {
	case tag == "item" || strings.HasPrefix(tag, "item."):
		return "", false // the loop knows it
	case strings.HasPrefix(tag, "workflow.parameters."):
		s.w.out.Fail(at, "give it: -p "+strings.TrimPrefix(tag, "workflow.parameters.")+"=VALUE", "the parameter %s has no value", strings.TrimPrefix(tag, "workflow.parameters."))
	case strings.HasPrefix(tag, "inputs.artifacts."), strings.Contains(tag, ".outputs.artifacts."):
		s.w.out.Fail(at, hintArtifacts, "{{%s}}: a Job has no artifacts", tag)
	default:
		s.w.out.Fail(at, "write the value itself", "{{%s}} has no counterpart here", output.Printable(tag))
	}
	return "", true
}

// fields are those of the pod that stand for a tag.
var fields = map[string]string{
	"pod.name":                    "metadata.name",
	"workflow.namespace":          "metadata.namespace",
	"workflow.serviceAccountName": "spec.serviceAccountName",
}

// output returns what a tag about another step stands for.
func (s scope) output(tag string, at output.Place) (string, bool) {
	rest, ok := strings.CutPrefix(tag, "steps.")
	if !ok {
		if rest, ok = strings.CutPrefix(tag, "tasks."); !ok {
			return "", false
		}
	}
	for name, n := range s.nodes {
		what, ok := strings.CutPrefix(rest, name+".")
		if !ok {
			continue
		}
		switch {
		case what == "status":
			return s.w.text(ref{kind: isStatus, of: n, name: variable(name, "status"), said: tag}), true
		case what == "exitCode" || what == "outputs.exitCode":
			return s.w.text(ref{kind: isCode, of: n, name: variable(name, "exit_code"), said: tag}), true
		case what == "outputs.result":
			return n.output("", tag, at), true
		case strings.HasPrefix(what, "outputs.parameters."):
			return n.output(strings.TrimPrefix(what, "outputs.parameters."), tag, at), true
		}
	}
	return "", false
}

// in returns a part of a template with its tags replaced.
func (s scope) in(t tree) tree { return t.mapped(s.replace) }
