package argo

import (
	"fmt"
	"strings"

	"depctl.dev/cli/importer/output"
)

// hooks expands what runs at the end of a task, or when its status changes.
func (w *workflow) hooks(c call, t *task, s scope, n *node) {
	if n.never() {
		return
	}
	nodes := map[string]*node{t.name: n}
	for name, one := range s.nodes {
		nodes[name] = one
	}
	inside := scope{w, s.values, nodes}
	add := func(key string, hook tree, depends *output.Expr) {
		e := w.one(c, &task{tree: hook, name: key}, inside, depends)
		n.exits = append(n.exits, e.jobs...)
	}
	completed := output.Any(n.succeeded(), n.failed())
	if exit := t.get("onExit"); exit.there() {
		add("on-exit", tree{t.file, mapOf(exit.node, "template", exit.text())}, completed)
	}
	for _, key := range t.get("hooks").keys() {
		hook := t.get("hooks", key)
		depends := completed
		if formula := hook.get("expression"); formula.there() {
			e, err := inside.hookCondition(formula.text())
			if err != nil {
				w.out.Fail(formula.place(), "", "the expression of hook %s cannot be carried: %s", key, err)
			} else if depends = e; key == "exit" {
				depends = output.All(completed, e)
			}
		} else if key != "exit" {
			w.out.Fail(t.get("hooks").line(key), "", "the hook %s has no expression", key)
			continue
		}
		add(key, without(hook, "expression"), depends)
	}
}

// hookCondition reads the expression of a hook.
func (s scope) hookCondition(text string) (*output.Expr, error) {
	v, err := s.evaluate(text)
	if err != nil {
		return nil, err
	}
	return v.truth()
}

// atExit expands what runs when the workflow is over. If it says how that ended, there is
// one Job for each way.
func (w *workflow) atExit(c call, s scope, root *node) {
	all := append(append([]string{}, root.jobs...), root.exits...)
	over := output.All(finished(all)...)
	if len(all) > listed {
		over = output.Count("finished", []string{fmt.Sprintf("{%s=%s, %s!=handler}", partOf, output.Plain(w.name), roleLabel)}, fmt.Sprintf(">= %d", len(all)))
		if w.schedule != nil {
			over = output.All(finished(all)...)
		}
	}
	hooks := tree{}
	for _, key := range w.spec.get("hooks").keys() {
		hook := w.spec.get("hooks", key)
		if key == "exit" {
			hooks = hook
			continue
		}
		w.workflowHook(c, s, root, key, hook, over)
	}
	exit := w.spec.get("onExit")
	if exit.there() {
		hooks = tree{w.spec.file, mapOf(exit.node, "template", exit.text())}
	}
	if !hooks.there() {
		return
	}
	first := len(w.leaves)
	t := &task{tree: hooks, name: "on-exit"}
	template, _, ok := w.resolve(c, t, s)
	if ok && w.tellsStatus(c, template, s, 0) {
		for _, way := range []struct {
			status string
			is     *output.Expr
		}{{"Succeeded", root.okay()}, {"Failed", output.Not(root.okay())}} {
			handler := c
			handler.path = []string{"on-exit"}
			values := w.values
			w.values = s.with(map[string]string{"workflow.status": way.status}).values
			w.one(handler, &task{tree: hooks, name: strings.ToLower(way.status)}, scope{w, w.values, nil}, output.All(over, way.is))
			w.values = values
		}
	} else {
		w.one(c, t, s, over)
	}
	for _, l := range w.leaves[first:] {
		l.job.Labels[roleLabel] = "handler"
	}
}

const (
	// listed is how many Jobs are named one by one; more are counted by their label.
	listed    = 50
	roleLabel = "app.kubernetes.io/component"
)

// tellsStatus reports whether a template, or one that it calls, says how the workflow
// has ended.
func (w *workflow) tellsStatus(c call, template tree, s scope, depth int) bool {
	if mentions(template, "workflow.status") {
		return true
	}
	if depth > maxDepth/10 {
		return false
	}
	items := template.list("dag", "tasks")
	for _, group := range template.list("steps") {
		items = append(items, group.list()...)
	}
	for _, item := range items {
		name := item.text("template")
		if called := named(c.home.list("templates"), name); name != "" && called.there() && w.tellsStatus(c, called, s, depth+1) {
			return true
		}
	}
	return false
}

// workflowHook expands a hook of the workflow with a condition about its status.
func (w *workflow) workflowHook(c call, s scope, root *node, key string, hook tree, over *output.Expr) {
	formula := hook.text("expression")
	depends := output.True()
	switch status := strings.Trim(strings.TrimSpace(strings.TrimPrefix(strings.ReplaceAll(formula, " ", ""), "workflow.status==")), `"'`); status {
	case "Running":
	case "Succeeded":
		depends = output.All(over, root.okay())
	case "Failed", "Error":
		depends = output.All(over, output.Not(root.okay()))
	default:
		w.out.Fail(hook.line("expression"), `write workflow.status == "Succeeded", or another status`, "the expression of hook %s cannot be carried", key)
	}
	w.one(c, &task{tree: without(hook, "expression"), name: key}, s, depends)
}
