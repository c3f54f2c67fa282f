package argo

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"depctl.dev/cli/importer/output"
)

// item is one of a loop, with what its tags stand for.
type item map[string]string

// items returns those of a task that is a loop.
func (w *workflow) items(t *task, s scope) ([]item, bool) {
	switch {
	case t.get("withItems").there():
		var items []item
		for _, one := range t.list("withItems") {
			items = append(items, itemOf(s.in(one).value()))
		}
		return items, true
	case t.get("withParam").there():
		at := t.line("withParam")
		text := s.replace(t.text("withParam"), at)
		if len(w.refsIn(text)) > 0 {
			w.out.Fail(at, "make the list before, and import with it: -p NAME='[...]'", "withParam %s: how many Jobs there are must be known before they run", w.readable(text))
			return []item{itemOf("item")}, true
		}
		var list []any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&list); err != nil {
			w.out.Fail(at, "", "withParam is no list of JSON: %s", err)
		}
		var items []item
		for _, one := range list {
			items = append(items, itemOf(one))
		}
		return items, true
	case t.get("withSequence").there():
		return w.sequence(t, s), true
	}
	return nil, false
}

// itemOf returns what {{item}} and {{item.key}} stand for.
func itemOf(v any) item {
	i := item{"item": jsonText(v)}
	if m, ok := v.(map[string]any); ok {
		for _, key := range sortedKeys(m) {
			i["item."+key] = jsonText(m[key])
		}
	}
	return i
}

func jsonText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// sequence returns the numbers of a withSequence.
func (w *workflow) sequence(t *task, s scope) []item {
	q := t.get("withSequence")
	at := t.line("withSequence")
	number := func(key string, otherwise int) int {
		v := q.get(key)
		if !v.there() {
			return otherwise
		}
		text := s.replace(v.text(), v.place())
		if len(w.refsIn(text)) > 0 {
			w.out.Fail(v.place(), "give the number when you import: -p NAME=N", "withSequence: %s %s: how many Jobs there are must be known before they run", key, w.readable(text))
			return otherwise
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			w.out.Fail(v.place(), "", "withSequence: %s %q is no number", key, text)
			return otherwise
		}
		return n
	}
	start := number("start", 0)
	end := number("end", start)
	if q.get("count").there() {
		count := number("count", 0)
		if count == 0 {
			return nil
		}
		end = start + count - 1
	}
	step := 1
	if end < start {
		step = -1
	}
	if size := (end-start)*step + 1; size > maxJobs && (start != 0 || step < 0 || q.get("format").there()) {
		w.out.Fail(at, fmt.Sprintf("let it begin with 0, which makes it an array; there may be %d Jobs", maxJobs), "withSequence has %d numbers", size)
		end = start
	} else if size > 100_000 {
		w.out.Fail(at, "make several of it", "withSequence has %d numbers, and an array has 100000 elements at most", size)
		end = start
	}
	var items []item
	for n := start; ; n += step {
		text := strconv.Itoa(n)
		if format := q.get("format"); format.there() {
			text = formatted(s.replace(format.text(), format.place()), n)
		}
		items = append(items, item{"item": text})
		if n == end {
			return items
		}
	}
}

func formatted(format string, n int) string {
	text := fmt.Sprintf(format, n)
	if strings.Contains(text, "%!") {
		return format
	}
	return text
}

// loop expands a task for each item, or makes an array of it.
func (w *workflow) loop(c call, t *task, s scope, depends *output.Expr, items []item) *node {
	if w.isArray(c, t, s, items) {
		index := w.text(ref{kind: isField, name: indexVariable, said: "item"})
		c.label = fmt.Sprintf("an array of %d", len(items))
		n := w.one(c, t, s.with(item{"item": index}), depends)
		n.size = len(items)
		if n.leaf != nil {
			n.leaf.size = len(items)
		}
		return n
	}
	n := &node{w: w, name: t.name, place: t.place(), depends: depends, when: output.True(), guard: depends, looped: true, template: t.tree}
	var ends []*output.Expr
	for i, values := range items {
		if w.jobs > maxJobs {
			w.out.Fail(t.place(), "", "there would be more than %d Jobs", maxJobs)
			break
		}
		inner := c
		inner.path = append(append([]string{}, c.path...), t.name)
		one := *t
		one.name = strconv.Itoa(i)
		child := w.one(inner, &one, s.with(values), depends)
		child.name = t.name
		n.loop = append(n.loop, child)
		n.jobs = append(n.jobs, child.jobs...)
		n.exits = append(n.exits, child.exits...)
		ends = append(ends, child.okay())
	}
	if len(items) == 0 { // Argo leaves it out
		n.when, n.guard = output.False(), output.False()
		return n
	}
	n.success = output.All(ends...)
	return n
}

// indexVariable is what Kubernetes calls the number of an element.
const indexVariable = "JOB_COMPLETION_INDEX"

// isArray reports whether a loop is numbers from 0 on, used only where Kubernetes puts
// the number of an element: in the command, its arguments and the environment.
func (w *workflow) isArray(c call, t *task, s scope, items []item) bool {
	q := t.get("withSequence")
	if !q.there() || q.get("format").there() || len(items) < 2 || items[0]["item"] != "0" || items[1]["item"] != "1" {
		return false
	}
	for _, key := range []string{"when", "onExit", "hooks"} {
		if t.get(key).there() {
			return false
		}
	}
	template, _, ok := w.resolve(c, t, s)
	if !ok || !template.get("container").there() && !template.get("script").there() || template.get("outputs").there() {
		return false
	}
	if template.get("synchronization").there() || template.get("timeout").there() {
		return false
	}
	plain := w.inside(call{}, t, s.with(item{"item": refBegin + "index" + refEnd}), template).in(template)
	free := true
	for _, key := range plain.keys() {
		part := plain.get(key)
		if key == "container" || key == "script" {
			for _, inner := range part.keys() {
				if inner != "command" && inner != "args" && inner != "env" && inner != "source" {
					free = free && !mentions(part.get(inner), refBegin)
				}
			}
			continue
		}
		if key != "inputs" {
			free = free && !mentions(part, refBegin)
		}
	}
	return free
}

// mentions reports whether a text stands somewhere in a tree.
func mentions(t tree, text string) bool {
	n := t.resolved()
	if n == nil {
		return false
	}
	if strings.Contains(n.Value, text) {
		return true
	}
	for _, inner := range n.Content {
		if mentions(tree{t.file, inner}, text) {
			return true
		}
	}
	return false
}
