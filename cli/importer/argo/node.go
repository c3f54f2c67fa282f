package argo

import (
	"fmt"

	"depctl.dev/cli/importer/output"
)

// node is a part of a workflow that runs: a Job, a template that calls others, or a loop.
type node struct {
	name  string
	place output.Place
	// depends is what must be true for it, with all that its callers wait for, and when
	// what decides whether it is left out. Both together are its guard.
	depends, when, guard *output.Expr
	// leaf is nil but for a single Job.
	leaf *leaf
	// jobs are the names of all Jobs inside, exits those of its hooks.
	jobs, exits []string
	// success is how a template that calls others, or a loop, succeeds.
	success *output.Expr
	// inside is the scope in a template that calls others, and template itself.
	inside   scope
	template tree
	// loop has the elements of a loop; size is that of an array.
	loop   []*node
	looped bool
	size   int
	// width is how many tasks of a dag run at once; 0 for any number.
	width int
	w     *workflow
}

// never reports whether it is left out whatever happens.
func (n *node) never() bool { return n.guard.IsFalse() }

func (n *node) succeeded() *output.Expr {
	switch {
	case n.never():
		return output.False()
	case n.leaf != nil:
		return output.Succeeded(n.leaf.ref)
	}
	return n.success
}

func (n *node) failed() *output.Expr {
	switch {
	case n.never():
		return output.False()
	case n.leaf != nil:
		return output.Failed(n.leaf.ref)
	}
	return output.All(n.guard, n.over(), output.Not(n.success))
}

// errored asks for what Argo calls an error: a failure without an exit code.
func (n *node) errored() (*output.Expr, error) {
	if n.leaf == nil {
		return nil, fmt.Errorf("only of a single container it is known whether it failed by an error: write .Failed")
	}
	ref := n.leaf.ref
	return output.All(output.Failed(ref), output.Not(output.Code(ref, "1..255")), output.Not(output.Reason(ref, "DeadlineExceeded"))), nil
}

// notRun asks whether it was left out, or never came to be run.
func (n *node) notRun() *output.Expr {
	if n.leaf != nil && !n.never() {
		return output.Skipped(n.leaf.ref)
	}
	return output.Not(n.guard)
}

func (n *node) skipped() *output.Expr {
	if n.when.IsTrue() {
		return output.False()
	}
	return output.All(n.depends, n.notRun())
}

func (n *node) omitted() *output.Expr {
	if n.when.IsTrue() && n.leaf != nil {
		return n.notRun()
	}
	return output.Not(n.depends)
}

// okay is what follows a part that is named alone: it succeeded or was left out by its
// own "when", or ended in a way that it may.
func (n *node) okay(continues ...*output.Expr) *output.Expr {
	if n.leaf == nil && !n.never() && len(continues) > 0 { // well or not, it is over
		return output.All(n.depends, n.over())
	}
	ways := append([]*output.Expr{n.succeeded()}, continues...)
	if n.when.IsTrue() {
		return output.Any(ways...)
	}
	if n.never() {
		return n.depends
	}
	return output.All(n.depends, output.Any(append(ways, n.notRun())...))
}

// over is true once all of its Jobs have ended, hooks too.
func (n *node) over() *output.Expr {
	return output.All(append(finished(n.jobs), n.handled())...)
}

// handled is true once its hooks are over.
func (n *node) handled() *output.Expr { return output.All(finished(n.exits)...) }

func finished(names []string) []*output.Expr {
	var all []*output.Expr
	for _, name := range names {
		all = append(all, output.Finished(name))
	}
	return all
}

// anySucceeded and allFailed are of loops.
func (n *node) anySucceeded() *output.Expr { return n.counted("succeeded", ">= 1") }

func (n *node) allFailed() *output.Expr { return n.counted("failed", ">= 100%") }

func (n *node) counted(status, count string) *output.Expr {
	switch {
	case n.leaf != nil && n.size > 0:
		return output.Count(status, []string{n.leaf.ref + "[*]"}, count)
	case !n.looped:
		return output.False() // as Argo has it of what is no loop
	}
	var single []string
	var each []*output.Expr
	for _, one := range n.loop {
		if one.leaf != nil && !one.never() {
			single = append(single, one.leaf.ref)
		}
		if status == "failed" {
			each = append(each, one.failed())
		} else {
			each = append(each, one.succeeded())
		}
	}
	switch {
	case len(single) == len(n.loop) && len(single) > 1:
		return output.All(output.Count(status, single, count), n.over())
	case status == "failed":
		return output.All(append(each, n.over())...)
	}
	return output.All(output.Any(each...), n.over())
}

// status asks for the phase that Argo writes.
func (n *node) status(phase string) (*output.Expr, error) {
	switch phase {
	case "Succeeded":
		return n.succeeded(), nil
	case "Failed":
		return n.failed(), nil
	case "Error":
		if n.leaf == nil {
			return output.False(), nil // a failure of it is a failure
		}
		return n.errored()
	case "Skipped":
		return n.skipped(), nil
	case "Omitted":
		return n.omitted(), nil
	case "Running":
		if n.leaf != nil {
			return output.Started(n.leaf.ref), nil
		}
		var any []*output.Expr
		for _, job := range n.jobs {
			any = append(any, output.Started(job))
		}
		return output.Any(any...), nil
	}
	return nil, fmt.Errorf("the status %q is not understood", phase)
}

// exited asks for the exit code.
func (n *node) exited(code string) (*output.Expr, error) {
	switch {
	case n.leaf == nil || n.size > 0:
		return nil, fmt.Errorf("only a single container has an exit code")
	case code == "0":
		return n.succeeded(), nil
	}
	return output.Code(n.leaf.ref, code), nil
}

// said asks whether what the Job said is this text.
func (n *node) said(_ ref, text string) (*output.Expr, error) {
	return output.Result(n.leaf.ref, text), nil
}

// output returns what stands for an output: of stdout without a parameter.
func (n *node) output(parameter, tag string, at output.Place) string {
	w := n.w
	switch {
	case n.looped || n.size > 0:
		w.out.Fail(at, "write the outputs to a volume", "{{%s}} is what all elements of a loop have said, and a Job gets the result of one Job", tag)
		return ""
	case n.leaf == nil && n.success != nil:
		return n.composed(parameter, tag, at)
	}
	said := named(n.template.list("outputs", "parameters"), parameter)
	if parameter != "" && !said.there() {
		w.out.Fail(at, "", "{{%s}}: the template has no such output", tag)
		return ""
	}
	if n.never() || n.leaf == nil {
		return n.inside.replace(said.text("valueFrom", "default"), said.place())
	}
	if parameter != "" && said.get("value").there() {
		return n.inside.replace(said.text("value"), said.place())
	}
	path := said.text("valueFrom", "path")
	supplied := said.get("valueFrom", "supplied").there()
	if parameter != "" && path == "" && !supplied {
		w.out.Fail(said.place(), "write it to a file, and name that in valueFrom.path", "the output %s comes from nothing that a pod can write", parameter)
		return ""
	}
	if supplied {
		path = suppliedBySomebody
	}
	if fallback := said.get("valueFrom", "default"); fallback.there() && !supplied {
		w.out.Note(said.place(), "output "+parameter, "its default is left out: without the file the result is empty")
	}
	n.leaf.say(path, said, at)
	return w.text(ref{kind: isResult, of: n, name: variable(n.name, parameter), said: tag})
}

// composed returns an output of a template that calls others.
func (n *node) composed(parameter, tag string, at output.Place) string {
	said := named(n.template.list("outputs", "parameters"), parameter)
	from := said.get("valueFrom", "parameter")
	formula := said.get("valueFrom", "expression")
	switch {
	case from.there():
		return n.inside.replace(from.text(), from.place())
	case formula.there():
		v, err := n.inside.evaluate(formula.text())
		if err == nil && v.ref != nil {
			return n.w.text(*v.ref)
		}
		if err == nil {
			err = v.static()
		}
		if err == nil {
			return v.text
		}
		n.w.out.Fail(formula.place(), "have a Job say it", "the expression of output %s cannot be carried: %s", parameter, err)
		return ""
	}
	n.w.out.Fail(at, "", "{{%s}}: steps and dags have no such output", tag)
	return ""
}
