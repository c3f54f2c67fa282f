package argo

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"depctl.dev/cli/importer/output"
)

var dependsPattern = regexp.MustCompile(`^(?:&&|\|\||!|\(|\)|[A-Za-z0-9_][-A-Za-z0-9_]*(?:\.[A-Za-z]+)?)`)

// dependency is a part of "depends".
type dependency struct {
	operator string // "&&", "||", "!", or "" for a task
	terms    []*dependency
	task     string
	result   string
}

// parseDepends reads a "depends" of Argo.
func parseDepends(text string) (*dependency, error) {
	p := &dependsParser{}
	rest := text
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		word := dependsPattern.FindString(rest)
		if word == "" {
			return nil, fmt.Errorf("%q is not understood", []rune(rest)[0])
		}
		switch word {
		case "and":
			word = "&&"
		case "or":
			word = "||"
		case "not":
			word = "!"
		}
		p.words, rest = append(p.words, word), rest[len(dependsPattern.FindString(rest)):]
	}
	d, err := p.any(0)
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("%q is not understood here", p.words[0])
	}
	return d, err
}

type dependsParser struct{ words []string }

func (p *dependsParser) next(word string) bool {
	if len(p.words) > 0 && p.words[0] == word {
		p.words = p.words[1:]
		return true
	}
	return false
}

func (p *dependsParser) any(depth int) (*dependency, error) {
	return p.joined("||", depth, func(depth int) (*dependency, error) { return p.joined("&&", depth, p.term) })
}

func (p *dependsParser) joined(operator string, depth int, inner func(int) (*dependency, error)) (*dependency, error) {
	d, err := inner(depth)
	if err != nil {
		return nil, err
	}
	terms := []*dependency{d}
	for p.next(operator) {
		if d, err = inner(depth); err != nil {
			return nil, err
		}
		terms = append(terms, d)
	}
	if len(terms) == 1 {
		return terms[0], nil
	}
	return &dependency{operator: operator, terms: terms}, nil
}

func (p *dependsParser) term(depth int) (*dependency, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("it is nested too deep")
	}
	switch {
	case p.next("!"):
		d, err := p.term(depth + 1)
		return &dependency{operator: "!", terms: []*dependency{d}}, err
	case p.next("("):
		d, err := p.any(depth + 1)
		if err == nil && !p.next(")") {
			err = fmt.Errorf(`there is no ")"`)
		}
		return d, err
	case len(p.words) == 0:
		return nil, fmt.Errorf("it ends too early")
	}
	word := p.words[0]
	if strings.Contains("&&||)", word) {
		return nil, fmt.Errorf("%q is not understood here", word)
	}
	p.words = p.words[1:]
	task, result, _ := strings.Cut(word, ".")
	return &dependency{task: task, result: result}, nil
}

// tasks are those that are named, each once.
func (d *dependency) tasks() []string {
	if d.operator == "" {
		return []string{d.task}
	}
	var all []string
	seen := map[string]bool{}
	for _, t := range d.terms {
		for _, name := range t.tasks() {
			if !seen[name] {
				seen[name] = true
				all = append(all, name)
			}
		}
	}
	return all
}

// plain reports whether it is tasks alone, all of which must be well.
func (d *dependency) plain() bool {
	switch d.operator {
	case "":
		return d.result == "" || d.result == "Succeeded"
	case "&&":
		for _, t := range d.terms {
			if !t.plain() {
				return false
			}
		}
		return true
	}
	return false
}

// needsRun reports whether it is never true unless the template that the tasks are of is run.
func (d *dependency) needsRun() bool {
	switch d.operator {
	case "":
		return d.result != "Omitted" && d.result != "Daemoned"
	case "&&":
		return slices.ContainsFunc(d.terms, (*dependency).needsRun)
	case "||":
		return !slices.ContainsFunc(d.terms, func(t *dependency) bool { return !t.needsRun() })
	}
	return false
}

// settled are the tasks that are surely over once it is true.
func (d *dependency) settled(tasks map[string]*task) map[string]bool {
	over := map[string]bool{}
	switch d.operator {
	case "":
		n := tasks[d.task].node
		over[d.task] = n.leaf != nil || d.result == "" && n.when.IsTrue() || d.result == "Succeeded"
	case "&&":
		for _, t := range d.terms {
			for name, is := range t.settled(tasks) {
				over[name] = over[name] || is
			}
		}
	case "||":
		for i, t := range d.terms {
			next := t.settled(tasks)
			if i == 0 {
				over = next
				continue
			}
			for name := range over {
				over[name] = over[name] && next[name]
			}
		}
	}
	return over
}

// expression translates it. Argo looks at a task when all that it names is over.
func (d *dependency) expression(tasks map[string]*task) (*output.Expr, error) {
	e, err := d.translated(tasks)
	if err != nil {
		return nil, err
	}
	terms := []*output.Expr{e}
	settled := d.settled(tasks)
	for _, name := range d.tasks() {
		if n := tasks[name].node; !settled[name] {
			terms = append(terms, n.over())
		} else {
			terms = append(terms, n.handled())
		}
	}
	return output.All(terms...), nil
}

func (d *dependency) translated(tasks map[string]*task) (*output.Expr, error) {
	if d.operator == "" {
		return tasks[d.task].asked(d.result)
	}
	var terms []*output.Expr
	for _, t := range d.terms {
		e, err := t.translated(tasks)
		if err != nil {
			return nil, err
		}
		terms = append(terms, e)
	}
	switch d.operator {
	case "&&":
		return output.All(terms...), nil
	case "||":
		return output.Any(terms...), nil
	}
	return output.Not(terms[0]), nil
}

// asked translates a task with one of Argo's results.
func (t *task) asked(result string) (*output.Expr, error) {
	n := t.node
	switch result {
	case "":
		return n.okay(t.continues(n)...), nil
	case "Succeeded":
		return n.succeeded(), nil
	case "Failed":
		return n.failed(), nil
	case "Errored":
		return n.errored()
	case "Skipped":
		return n.skipped(), nil
	case "Omitted":
		return n.omitted(), nil
	case "Daemoned":
		return output.False(), nil // daemons are refused where they are
	case "AnySucceeded":
		return n.anySucceeded(), nil
	case "AllFailed":
		return n.allFailed(), nil
	}
	return nil, fmt.Errorf("%q is no result of a task", result)
}
