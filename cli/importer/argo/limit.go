package argo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/importer/output"
	"depctl.dev/gate"
)

// workflowLimits carries the parallelism of a workflow: each Job takes a token.
func (w *workflow) workflowLimits() []string {
	parallelism := w.spec.get("parallelism")
	if !parallelism.there() || parallelism.text() == "0" {
		return nil
	}
	name := output.Plain(w.name)
	w.out.Limit(parallelism.place(), name, parallelism.text())
	w.out.Note(w.spec.line("parallelism"), "parallelism", "limit %s of ConfigMap %s", name, gate.LimitsName)
	return []string{name}
}

// templateLimits carries the parallelism of a template, which counts what it starts.
func (w *workflow) templateLimits(c call, template tree, n *node) []string {
	for _, key := range []string{"synchronization"} {
		if template.get(key).there() {
			w.out.Fail(template.line(key), "put it into the templates of containers", "%s of a template that calls others would be kept while a whole graph runs, and a Job keeps what it takes only while it runs itself", key)
		}
	}
	parallelism := template.get("parallelism")
	if !parallelism.there() || parallelism.text() == "0" {
		return nil
	}
	graphs, loops := w.callsGraphs(c, template, n)
	if graphs {
		width, err := strconv.Atoi(parallelism.text())
		if err != nil || width < 1 || loops || template.get("steps").there() {
			w.out.Fail(template.line("parallelism"), "put parallelism into the workflow, or into the templates that start containers", "parallelism of template %s counts whole graphs, and a limit counts Jobs", template.text("name"))
			return nil
		}
		n.width = width
		w.out.Note(template.line("parallelism"), "parallelism", "tasks of %s wait for others, so that %d run at once", template.text("name"), width)
		return nil
	}
	name := output.Plain(strings.Join(append([]string{w.name}, c.path...), "-"))
	if len(c.path) == 0 { // the workflow may have a limit of its own
		name += "-" + output.Plain(template.text("name"))
	}
	w.out.Limit(parallelism.place(), name, parallelism.text())
	w.out.Note(template.line("parallelism"), "parallelism", "limit %s of ConfigMap %s", name, gate.LimitsName)
	return []string{name}
}

// callsGraphs reports whether a template calls others that call others, and whether it has
// loops.
func (w *workflow) callsGraphs(c call, template tree, n *node) (graphs, loops bool) {
	items := template.list("dag", "tasks")
	for _, group := range template.list("steps") {
		items = append(items, group.list()...)
	}
	for _, item := range items {
		called, _, ok := w.resolve(c, &task{tree: item, name: item.text("name")}, n.inside)
		graphs = graphs || ok && (called.get("dag").there() || called.get("steps").there())
		for _, key := range []string{"withItems", "withParam", "withSequence"} {
			loops = loops || item.get(key).there()
		}
	}
	return graphs, loops
}

// room is what a task of a dag waits for so that no more than width tasks run at once: of
// those before it in order, which it is not behind anyway, all but width-1 must be over.
func room(t *task, tasks map[string]*task, earlier []string, width int) *output.Expr {
	behind := map[string]bool{}
	var up func(t *task)
	up = func(t *task) {
		for _, parent := range t.parents {
			if !behind[parent] {
				behind[parent] = true
				up(tasks[parent])
			}
		}
	}
	up(t)
	var beside []string
	for _, name := range earlier {
		if !behind[name] && !tasks[name].node.never() {
			beside = append(beside, name)
		}
	}
	over := len(beside) - width + 1
	var all []*output.Expr
	switch {
	case over < 1:
		return output.True()
	case over == 1:
		for _, name := range beside {
			all = append(all, tasks[name].node.over())
		}
		return output.Any(all...)
	}
	for _, name := range beside[:over] {
		all = append(all, tasks[name].node.over())
	}
	return output.All(all...)
}

// locks carries the mutexes and semaphores of a template.
func (l *leaf) locks(template tree) {
	l.uses = append(l.uses, l.w.locks(template.get("synchronization"))...)
	slices.Sort(l.uses)
	l.uses = slices.Compact(l.uses)
}

// locks returns the limits that stand for mutexes and semaphores.
func (w *workflow) locks(s tree) []string {
	var names []string
	mutexes := s.list("mutexes")
	if one := s.get("mutex"); one.there() {
		mutexes = append(mutexes, one)
	}
	for _, mutex := range mutexes {
		name := output.Plain(mutex.text("name"))
		w.out.Limit(mutex.place(), name, "1")
		w.out.Note(mutex.place(), "mutex "+mutex.text("name"), "limit %s of ConfigMap %s, with one token", name, gate.LimitsName)
		names = append(names, name)
	}
	semaphores := s.list("semaphores")
	if one := s.get("semaphore"); one.there() {
		semaphores = append(semaphores, one)
	}
	for _, semaphore := range semaphores {
		kind := "configMapKeyRef"
		if semaphore.get("database").there() {
			kind = "database"
		}
		name := output.Plain(semaphore.text(kind, "name") + "-" + semaphore.text(kind, "key"))
		names = append(names, name)
		if tokens := w.maps[semaphore.text(kind, "name")].text("data", semaphore.text(kind, "key")); tokens != "" {
			w.out.Limit(semaphore.place(), name, tokens)
			w.out.Note(semaphore.place(), "semaphore "+semaphore.text(kind, "key"), "limit %s of ConfigMap %s", name, gate.LimitsName)
			continue
		}
		w.out.Note(semaphore.place(), "semaphore "+semaphore.text(kind, "key"), "limit %s: how many tokens it has is in none of the files; until %s of ConfigMap %s says it, the Job is held", name, name, gate.LimitsName)
	}
	return names
}

// lockWorkflow carries the locks of a workflow, which must be one Job.
func (w *workflow) lockWorkflow(root *node) {
	s := w.spec.get("synchronization")
	if !s.there() {
		return
	}
	if root.leaf == nil || len(root.jobs) != 1 {
		w.out.Fail(w.spec.line("synchronization"), "put it into the templates of containers", "synchronization of a workflow of %s would be kept while all of it runs, and a Job keeps what it takes only while it runs itself", fmt.Sprintf("%d Jobs", len(root.jobs)))
		return
	}
	root.leaf.uses = append(root.leaf.uses, w.locks(w.document.get("spec", "synchronization"))...)
	if len(root.leaf.uses) == 0 {
		root.leaf.uses = w.locks(s)
	}
}
