package argo

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// modelTask is a task or step of a random workflow, with what it calls.
type modelTask struct {
	name string
	// depends is the text, and holds its meaning by the rules of Argo.
	depends   string
	named     []string
	holds     func(phases map[string]string) bool
	when      string
	runs      func(phases map[string]string) bool
	continues bool
	items     int
	body      *modelTemplate
}

// modelTemplate is a container (neither), a dag, or steps.
type modelTemplate struct {
	tasks  []*modelTask
	groups [][]*modelTask
}

// model draws workflows, and runs them by the rules of Argo.
type model struct {
	t      *rapid.T
	count  int
	yaml   strings.Builder
	fails  map[string]bool
	ran    map[string]bool
	before map[string][]string // Job -> the Jobs that must be over
}

func (m *model) template(depth int) (string, *modelTemplate) {
	m.count++
	name := fmt.Sprintf("t%d", m.count)
	kind := "container"
	if depth < 3 && m.count < 12 {
		kind = rapid.SampledFrom([]string{"container", "container", "dag", "steps"}).Draw(m.t, "kind")
	}
	if depth == 0 && kind == "container" {
		kind = "dag"
	}
	body := &modelTemplate{}
	var text strings.Builder
	switch kind {
	case "container":
		text.WriteString("    container: {image: busybox, command: [run]}\n")
	case "dag":
		text.WriteString("    dag:\n      tasks:\n")
		for i := range rapid.IntRange(1, 5).Draw(m.t, "tasks") {
			task := m.task(fmt.Sprintf("d%d", i), depth)
			if len(body.tasks) > 0 && rapid.IntRange(0, 4).Draw(m.t, "waits") > 0 {
				task.depends, task.named, task.holds = m.expression(body.tasks, 0)
			}
			m.decides(task, body.tasks, "tasks")
			body.tasks = append(body.tasks, task)
			m.write(&text, "      - ", task)
		}
	default:
		text.WriteString("    steps:\n")
		var earlier []*modelTask
		for g := range rapid.IntRange(1, 3).Draw(m.t, "groups") {
			var group []*modelTask
			for i := range rapid.IntRange(1, 2).Draw(m.t, "steps") {
				task := m.task(fmt.Sprintf("s%d%d", g, i), depth)
				task.continues = rapid.IntRange(0, 3).Draw(m.t, "continues") == 0
				m.decides(task, earlier, "steps")
				group = append(group, task)
				m.write(&text, map[bool]string{true: "    - - ", false: "      - "}[i == 0], task)
			}
			earlier = append(earlier, group...)
			body.groups = append(body.groups, group)
		}
	}
	m.yaml.WriteString("  - name: " + name + "\n" + text.String())
	return name, body
}

func (m *model) task(name string, depth int) *modelTask {
	task := &modelTask{name: name}
	template, body := m.template(depth + 1)
	task.body = body
	task.depends = ""
	if rapid.IntRange(0, 5).Draw(m.t, "loop") == 0 {
		task.items = rapid.IntRange(1, 3).Draw(m.t, "items")
	}
	task.runs = func(map[string]string) bool { return true }
	task.when = template // until write: the name of the template
	return task
}

// decides gives a task a "when", of a constant or of how another one has ended.
func (m *model) decides(task *modelTask, others []*modelTask, kind string) {
	template := task.when
	task.when = ""
	switch rapid.IntRange(0, 7).Draw(m.t, "when") {
	case 0:
		task.when, task.runs = "1 > 2", func(map[string]string) bool { return false }
	case 1:
		if ancestors := others; len(ancestors) > 0 && kind == "steps" || len(task.named) > 0 {
			var names []string
			if kind == "steps" {
				for _, o := range others {
					names = append(names, o.name)
				}
			} else {
				names = task.named
			}
			other := rapid.SampledFrom(names).Draw(m.t, "asked")
			phase := rapid.SampledFrom([]string{"Succeeded", "Failed", "Skipped"}).Draw(m.t, "phase")
			task.when = fmt.Sprintf("{{%s.%s.status}} == %s", kind, other, phase)
			task.runs = func(phases map[string]string) bool { return phases[other] == phase }
		}
	}
	task.name += "|" + template // which write takes away
}

func (m *model) write(b *strings.Builder, indent string, task *modelTask) {
	name, template, _ := strings.Cut(task.name, "|")
	task.name = name
	fmt.Fprintf(b, "%s{name: %s, template: %s", indent, name, template)
	if task.depends != "" {
		fmt.Fprintf(b, ", depends: %q", task.depends)
	}
	if task.when != "" {
		fmt.Fprintf(b, ", when: %q", task.when)
	}
	if task.continues {
		b.WriteString(", continueOn: {failed: true}")
	}
	if task.items > 0 {
		b.WriteString(", withItems: [" + strings.TrimSuffix(strings.Repeat("x, ", task.items), ", ") + "]")
	}
	b.WriteString("}\n")
}

// expression draws a "depends".
func (m *model) expression(tasks []*modelTask, depth int) (text string, names []string, holds func(map[string]string) bool) {
	kind := rapid.IntRange(0, 5).Draw(m.t, "operator")
	if depth > 2 {
		kind = 0
	}
	switch kind {
	case 3:
		a, n, f := m.expression(tasks, depth+1)
		return "!(" + a + ")", n, func(p map[string]string) bool { return !f(p) }
	case 4, 5:
		a, n, f := m.expression(tasks, depth+1)
		b, o, g := m.expression(tasks, depth+1)
		names := append(n, o...)
		slices.Sort(names)
		names = slices.Compact(names)
		if kind == 4 {
			return "(" + a + ") && (" + b + ")", names, func(p map[string]string) bool { return f(p) && g(p) }
		}
		return "(" + a + ") || (" + b + ")", names, func(p map[string]string) bool { return f(p) || g(p) }
	}
	task := rapid.SampledFrom(tasks).Draw(m.t, "dependency")
	result := rapid.SampledFrom([]string{"", "", "Succeeded", "Failed", "Skipped", "Omitted", "AnySucceeded", "AllFailed"}).Draw(m.t, "result")
	name := task.name
	switch result {
	case "":
		return name, []string{name}, func(p map[string]string) bool { return p[name] == "Succeeded" || p[name] == "Skipped" }
	case "AnySucceeded", "AllFailed":
		return name + "." + result, []string{name}, func(p map[string]string) bool { return p[name+"."+result] == "true" }
	}
	return name + "." + result, []string{name}, func(p map[string]string) bool { return p[name] == result }
}

// run runs a template by the rules, and returns its phase. before are the Jobs that must
// be over when anything in it starts.
func (m *model) run(path []string, body *modelTemplate, before []string) (phase string, jobs []string) {
	switch {
	case body.tasks != nil:
		return m.runDAG(path, body, before)
	case body.groups != nil:
		phases := map[string]string{}
		for _, group := range body.groups {
			bad := false
			var these []string
			for _, task := range group {
				inner := m.runTask(path, task, phases, before)
				these = append(these, inner...)
				bad = bad || phases[task.name] == "Failed" && !task.continues
			}
			jobs = append(jobs, these...)
			before = append(slices.Clone(before), these...)
			if bad {
				return "Failed", jobs
			}
		}
		return "Succeeded", jobs
	}
	job := strings.Join(append([]string{"w"}, path...), "-")
	m.ran[job] = true
	m.before[job] = before
	if m.fails[job] {
		return "Failed", []string{job}
	}
	return "Succeeded", []string{job}
}

func (m *model) runTask(path []string, task *modelTask, phases map[string]string, before []string) (jobs []string) {
	if !task.runs(phases) {
		phases[task.name] = "Skipped"
		if task.items > 0 { // each element is left out, and the group of them has succeeded
			phases[task.name] = "Succeeded"
		}
		return nil
	}
	path = append(slices.Clone(path), task.name)
	if task.items == 0 {
		phases[task.name], jobs = m.run(path, task.body, before)
		return jobs
	}
	phase, any, all := "Succeeded", false, true
	for i := range task.items {
		one, inner := m.run(append(slices.Clone(path), fmt.Sprint(i)), task.body, before)
		jobs = append(jobs, inner...)
		any, all = any || one == "Succeeded", all && one == "Failed"
		if one == "Failed" {
			phase = "Failed"
		}
	}
	phases[task.name] = phase
	phases[task.name+".AnySucceeded"], phases[task.name+".AllFailed"] = fmt.Sprint(any), fmt.Sprint(all)
	return jobs
}

func (m *model) runDAG(path []string, body *modelTemplate, before []string) (phase string, jobs []string) {
	phases, branches, inside := map[string]string{}, map[string]string{}, map[string][]string{}
	target := map[string]bool{}
	for _, task := range body.tasks {
		target[task.name] = true
		for _, name := range task.named {
			target[name] = false
		}
		if task.holds != nil && !task.holds(phases) {
			phases[task.name] = "Omitted"
		} else {
			must := slices.Clone(before)
			for _, name := range task.named {
				must = append(must, inside[name]...)
			}
			inside[task.name] = m.runTask(path, task, phases, must)
			jobs = append(jobs, inside[task.name]...)
		}
		branches[task.name] = phases[task.name]
		if phases[task.name] == "Omitted" || phases[task.name] == "Skipped" {
			branches[task.name] = "Succeeded"
			for _, name := range task.named {
				if branches[name] == "Failed" {
					branches[task.name] = "Failed"
				}
			}
		}
	}
	for name, is := range target {
		if is && branches[name] == "Failed" {
			return "Failed", jobs
		}
	}
	return "Succeeded", jobs
}
