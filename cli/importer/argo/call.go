package argo

import (
	"encoding/json"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/importer/output"
)

// call is where in a workflow one is.
type call struct {
	// path are the names of the tasks on the way, and stack the templates.
	path, stack []string
	// home is the spec whose templates are meant by name.
	home tree
	// uses are limits whose tokens each Job takes, and own those of the Jobs that the
	// template itself starts.
	uses, own []string
	label     string
}

// task expands a task or step: its loop, or the one call that it is.
func (w *workflow) task(c call, t *task, s scope, depends *output.Expr) *node {
	defer w.incomplete(len(w.leaves), len(w.out.Problems))
	w.refuseTask(t)
	if items, looped := w.items(t, s); looped {
		return w.loop(c, t, s, depends, items)
	}
	return w.one(c, t, s, depends)
}

// incomplete marks the Jobs that were made since then if there is a new problem and none of
// them is marked for it.
func (w *workflow) incomplete(leaves, problems int) {
	if len(w.out.Problems) == problems {
		return
	}
	for _, l := range w.leaves[leaves:] {
		if l.incomplete != "" {
			return
		}
	}
	for _, l := range w.leaves[leaves:] {
		l.incomplete = w.out.Problems[problems].Message
	}
}

// one expands a single call with its hooks.
func (w *workflow) one(c call, t *task, s scope, depends *output.Expr) *node {
	n := &node{w: w, name: t.name, place: t.place(), depends: depends, when: output.True(), template: t.tree, inside: s}
	before := len(w.out.Problems)
	if when := t.get("when"); when.there() {
		text := s.replace(when.text(), when.place())
		e, err := s.condition(text)
		if err != nil {
			w.out.Fail(when.place(), "let a Job say what is to be done, and ask for that with ==", "when %q: %s", output.Printable(w.readable(text)), err)
			e = output.True()
		}
		n.when = e
	}
	n.guard = output.All(n.depends, n.when)
	name := s.replace(t.name, t.place())
	if name != "" {
		c.path = append(slices.Clone(c.path), name)
	}
	w.invoke(c, t, s, n)
	if problems := w.out.Problems[before:]; len(problems) > 0 && n.leaf != nil && n.leaf.incomplete == "" {
		n.leaf.incomplete = problems[0].Message
	}
	w.hooks(c, t, s, n)
	return n
}

// invoke calls the template of a task.
func (w *workflow) invoke(c call, t *task, s scope, n *node) {
	template, home, ok := w.resolve(c, t, s)
	if !ok {
		n.template = t.tree
		w.placeholder(c, t, n, "its template is missing")
		return
	}
	c.home = home
	name := template.file + "/" + template.text("name")
	n.template, n.inside = template, w.inside(c, t, s, template)
	if n.never() {
		n.success = nil
		w.out.Note(t.place(), "task "+t.name, "no Job: its \"when\" is false")
		return
	}
	if w.refuseTemplate(template) {
		w.placeholder(c, t, n, "its template cannot be carried")
		return
	}
	if template.text("name") != "" && slices.Contains(c.stack, name) {
		w.out.Fail(t.place(), "a Job can be retried until it succeeds: backoffLimit", "the template %s calls itself: how often is not known before it runs", template.text("name"))
		w.placeholder(c, t, n, "its template calls itself")
		return
	}
	c.stack = append(slices.Clone(c.stack), name)
	switch {
	case template.get("dag").there(), template.get("steps").there():
		if template.get("retryStrategy").there() {
			w.out.Fail(template.line("retryStrategy"), "put it into the templates of containers", "the retryStrategy of a template that calls others would run a whole graph again")
		}
		c.own = w.templateLimits(c, template, n)
		if template.get("dag").there() {
			w.dag(c, n, n.guard)
		} else {
			w.steps(c, n, n.guard)
		}
	case template.get("suspend").there():
		w.suspend(c, t, n)
	default:
		w.container(c, t, n)
	}
}

// resolve returns the template that a task calls, and the spec that it is of.
func (w *workflow) resolve(c call, t *task, s scope) (template, home tree, ok bool) {
	defaults := w.spec.get("templateDefaults")
	switch {
	case t.get("inline").there():
		return overlay(t.get("inline"), defaults), c.home, true
	case t.get("templateRef").there():
		ref := t.get("templateRef")
		kind := "WorkflowTemplate"
		if ref.text("clusterScope") == "true" {
			kind = "ClusterWorkflowTemplate"
		}
		name := s.replace(ref.text("name"), ref.place())
		d, found := w.templates[kind+"/"+name]
		if !found {
			w.out.Fail(t.line("templateRef"), "give its file too", "the %s %s is in none of the files", kind, name)
			return tree{}, tree{}, false
		}
		template = named(d.list("spec", "templates"), s.replace(ref.text("template"), ref.place()))
		if !template.there() {
			w.out.Fail(t.line("templateRef"), "", "the %s %s has no template %s", kind, name, ref.text("template"))
			return tree{}, tree{}, false
		}
		return overlay(template, defaults), d.get("spec"), true
	}
	name := s.replace(t.text("template"), t.line("template"))
	template = named(c.home.list("templates"), name)
	if !template.there() {
		template = named(w.spec.list("templates"), name)
	}
	if !template.there() {
		w.out.Fail(t.line("template"), "", "there is no template %q", name)
		return tree{}, tree{}, false
	}
	return overlay(template, defaults), c.home, true
}

// inside returns the scope in a template: its inputs, and the workflow.
func (w *workflow) inside(c call, t *task, s scope, template tree) scope {
	values := map[string]string{"node.name": strings.Join(append([]string{w.name}, c.path...), ".")}
	inside := scope{w, w.values, nil}
	arguments := t.list("arguments", "parameters")
	for _, p := range template.list("inputs", "parameters") {
		name := p.text("name")
		value, ok := "", false
		if given := named(arguments, name); given.there() {
			value, ok = s.given(given)
			if ok && value == "" && p.get("default").there() && strings.Contains(given.text("value"), ".outputs.") {
				value = p.text("default")
			}
		}
		if !ok {
			value, ok = inside.given(p)
		}
		if !ok && t.name == "" { // an entrypoint gets the arguments of the workflow
			value, ok = w.values["workflow.parameters."+name]
		}
		if !ok && !template.get("suspend").there() {
			w.out.Fail(t.place(), "give it in the arguments", "the input %s of template %s has no value", name, template.text("name"))
		}
		values["inputs.parameters."+name] = value
		inside = inside.with(values)
	}
	for _, kind := range []string{"tasks", "steps"} {
		values[kind+".name"] = t.name
	}
	if artifacts := template.get("inputs", "artifacts"); artifacts.there() {
		for _, a := range artifacts.list() {
			w.out.Fail(a.place(), hintArtifacts, "the input artifact %s: a Job has no artifacts", a.text("name"))
		}
	}
	return inside.with(values)
}

// given returns the value of a parameter, if it says one.
func (s scope) given(p tree) (string, bool) {
	for _, key := range []string{"value", "default"} {
		v := p.get(key)
		if !v.there() {
			continue
		}
		if n := v.resolved(); len(n.Content) > 0 {
			text, err := json.Marshal(v.value())
			return string(text), err == nil
		}
		return s.replace(v.text(), v.place()), true
	}
	if from := p.get("valueFrom", "configMapKeyRef"); from.there() {
		return s.w.text(ref{kind: isField, name: variable(p.text("name")), said: "parameter " + p.text("name"), source: &corev1.EnvVarSource{
			ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: s.replace(from.text("name"), from.place())},
				Key:                  s.replace(from.text("key"), from.place()),
			},
		}}), true
	}
	for _, key := range p.get("valueFrom").keys() {
		if key != "default" && key != "supplied" {
			s.w.out.Fail(p.line("valueFrom"), "write the value, or take it from a ConfigMap", "the parameter %s has its value from %s", p.text("name"), key)
			return "", true
		}
		if key == "default" {
			return p.text("valueFrom", "default"), true
		}
	}
	return "", false
}
