package argo

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/importer/output"
)

// task is one of a dag, or a step.
type task struct {
	tree
	name    string
	depends *dependency
	// parents are the tasks that it waits for.
	parents []string
	node    *node
	// wrong is why what it waits for is not known.
	wrong string
}

// continues are the ways to end badly after which a workflow goes on.
func (t *task) continues(n *node) []*output.Expr {
	if t.text("continueOn", "failed") == "true" {
		return []*output.Expr{n.failed()}
	}
	if t.text("continueOn", "error") == "true" {
		if e, err := n.errored(); err == nil {
			return []*output.Expr{e}
		}
	}
	return nil
}

// dag expands a template of tasks, under the guard of who calls it.
func (w *workflow) dag(c call, n *node, guard *output.Expr) {
	tasks := map[string]*task{}
	var order []string
	for _, item := range n.template.list("dag", "tasks") {
		t := &task{tree: item, name: item.text("name")}
		if tasks[t.name] != nil {
			w.out.Fail(item.place(), "rename one", "there are two tasks %s", t.name)
			continue
		}
		tasks[t.name] = t
		order = append(order, t.name)
	}
	for _, name := range order {
		w.parents(tasks[name], tasks)
	}
	targets := w.targets(n, tasks, order)
	sorted, ok := sortTasks(tasks, targets)
	if ok { // the order of the source, as far as parents come first
		needed := sorted
		sorted, ok = sortTasks(tasks, slices.DeleteFunc(order, func(name string) bool { return !slices.Contains(needed, name) }))
	}
	if !ok {
		w.out.Fail(n.template.line("dag"), "break the circle", "the tasks of template %s wait for one another", n.template.text("name"))
		n.success = output.True()
		return
	}
	inside := scope{n.inside.w, n.inside.values, map[string]*node{}}
	for i, name := range sorted {
		t := tasks[name]
		leaves, problems := len(w.leaves), len(w.out.Problems)
		depends := output.True()
		if t.depends != nil {
			e, err := t.depends.expression(tasks)
			if err != nil {
				w.out.Fail(t.line("depends"), "", "depends: %s", err)
				e = output.True()
			}
			depends = e
		}
		if t.depends == nil || !t.depends.needsRun() {
			depends = output.All(guard, depends)
		}
		if n.width > 0 {
			depends = output.All(depends, room(t, tasks, sorted[:i], n.width))
		}
		t.node = w.task(c, t, inside, depends)
		w.incomplete(leaves, problems)
		if t.wrong != "" {
			for _, l := range w.leaves[leaves:] {
				l.incomplete = t.wrong
			}
		}
		inside.nodes[name] = t.node
		n.jobs = append(n.jobs, t.node.jobs...)
		n.jobs = append(n.jobs, t.node.exits...)
	}
	n.inside.nodes = inside.nodes
	var ends []*output.Expr
	if slices.ContainsFunc(targets, func(name string) bool { return !plainChain(tasks, name) }) {
		// A target that is well does not say that the others are over, nor that any has run.
		ends = append([]*output.Expr{guard}, finished(n.jobs)...)
	}
	for _, name := range targets {
		ends = append(ends, output.Any(append([]*output.Expr{branch(tasks, name)}, tasks[name].continues(tasks[name].node)...)...), tasks[name].node.handled())
	}
	n.success = output.All(ends...)
}

// parents reads what a task waits for.
func (w *workflow) parents(t *task, tasks map[string]*task) {
	text := t.text("depends")
	at := t.line("depends")
	if list := t.list("dependencies"); len(list) > 0 && text == "" {
		at = t.line("dependencies")
		var names []string
		for _, item := range list {
			names = append(names, item.text())
		}
		text = strings.Join(names, " && ")
	}
	if text == "" {
		return
	}
	d, err := parseDepends(text)
	if err != nil {
		t.wrong = fmt.Sprintf("depends %q: %s", text, err)
		w.out.Fail(at, "", "%s", t.wrong)
		return
	}
	for _, name := range d.tasks() {
		if tasks[name] == nil {
			t.wrong = fmt.Sprintf("depends %q: there is no task %s", text, name)
			w.out.Fail(at, "", "%s", t.wrong)
			return
		}
	}
	t.depends, t.parents = d, d.tasks()
}

// targets are the tasks for whose sake a dag runs: those that are named, or those that
// nobody waits for.
func (w *workflow) targets(n *node, tasks map[string]*task, order []string) []string {
	if target := n.template.get("dag", "target"); target.there() {
		var targets []string
		for _, name := range strings.Fields(n.inside.replace(target.text(), target.place())) {
			if tasks[name] == nil {
				w.out.Fail(target.place(), "", "target: there is no task %s", name)
				continue
			}
			targets = append(targets, name)
		}
		if len(targets) > 0 {
			return targets
		}
	}
	var targets []string
	for _, name := range order {
		if !slices.ContainsFunc(order, func(other string) bool { return slices.Contains(tasks[other].parents, name) }) {
			targets = append(targets, name)
		}
	}
	if len(targets) == 0 {
		return order
	}
	return targets
}

// sortTasks returns the targets and all before them, each after its parents.
func sortTasks(tasks map[string]*task, targets []string) (sorted []string, ok bool) {
	state := map[string]int{} // 1: on the way, 2: done
	var visit func(name string) bool
	visit = func(name string) bool {
		switch state[name] {
		case 1:
			return false
		case 2:
			return true
		}
		state[name] = 1
		for _, parent := range tasks[name].parents {
			if !visit(parent) {
				return false
			}
		}
		state[name] = 2
		sorted = append(sorted, name)
		return true
	}
	for _, name := range targets {
		if !visit(name) {
			return nil, false
		}
	}
	return sorted, true
}

// branch is true if a task ended well, or was not run while all before it ended well:
// what is not run has the phase of what was before it.
func branch(tasks map[string]*task, name string) *output.Expr {
	t := tasks[name]
	if plainChain(tasks, name) {
		return t.node.okay()
	}
	var before []*output.Expr
	for _, parent := range t.parents {
		before = append(before, branch(tasks, parent))
	}
	notRun := t.node.notRun()
	if t.node.never() && len(before) == 0 {
		notRun = output.True()
	}
	return output.Any(t.node.succeeded(), output.All(append(before, notRun)...))
}

// plainChain reports whether it is not run only if something before it went wrong.
func plainChain(tasks map[string]*task, name string) bool {
	t := tasks[name]
	if !t.node.when.IsTrue() || t.depends != nil && !t.depends.plain() {
		return false
	}
	return !slices.ContainsFunc(t.parents, func(parent string) bool { return !plainChain(tasks, parent) })
}
