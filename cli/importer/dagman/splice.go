package dagman

import (
	"path"
	"slices"
	"strings"

	"depctl.dev/cli/importer/output"
)

// include puts another DAG in the place of a SPLICE or SUBDAG EXTERNAL.
func (g *graph) include(l line) {
	name, file, rest := l.word(1), l.word(2), 3
	external := l.is(0, "SUBDAG")
	if external {
		if !l.is(1, "EXTERNAL") {
			g.out.Fail(l.Place, "", "SUBDAG: write SUBDAG EXTERNAL, a name, and a file")
			return
		}
		name, file, rest = l.word(2), l.word(3), 4
	}
	if name == "" || file == "" || g.splice[name] != nil || g.nodes[name] != nil {
		g.out.Fail(l.Place, "", "%s needs a name of its own, and a file", l.word(0))
		return
	}
	if g.depth >= maxDepth {
		g.out.Fail(l.Place, "", "%s %s: DAGs include one another too deep", l.word(0), name)
		return
	}
	n := &node{}
	directory := g.extras(l, rest, n)
	from := relative(l.File, path.Join(directory, file))
	g.splice[name] = &group{external: external}
	if n.noop || n.done {
		g.out.Note(l.Place, name, "left out: it is %s", map[bool]string{true: "DONE", false: "NOOP"}[n.done])
		return
	}
	text, err := g.read(from)
	if err != nil {
		g.out.Fail(l.Place, "", "%s %s: %s", l.word(0), name, err)
		return
	}
	inner := g.parse(output.File{Name: from, Text: text}, g.depth+1)
	if inner.final != nil {
		g.out.Fail(inner.final.Place, "make it a node behind "+name, "the FINAL node of a DAG inside of another one cannot be carried")
		delete(inner.nodes, inner.final.name)
		inner.order = slices.DeleteFunc(inner.order, func(other string) bool { return other == inner.final.name })
		inner.final = nil
	}
	g.merge(name, inner)
	g.out.Note(l.Place, name, "its nodes are Jobs of this graph, called %s-...", output.Plain(name))
}

// merge takes the nodes of another DAG, with its name before theirs.
func (g *graph) merge(name string, inner *graph) {
	prefixed := func(node string) string {
		if name == "" {
			return node
		}
		return name + "+" + node
	}
	all := &group{}
	parent := map[string]bool{}
	for _, old := range inner.order {
		n := inner.nodes[old]
		n.name = prefixed(old)
		for _, list := range []*[]string{&n.parents, &n.weak} {
			for i, other := range *list {
				parent[other] = true
				(*list)[i] = prefixed(other)
			}
		}
		if n.category != "" && !strings.HasPrefix(n.category, "+") {
			n.category = prefixed(n.category)
		}
		if g.nodes[n.name] != nil {
			g.out.Fail(n.Place, "rename one", "there are two nodes %s", n.name)
			continue
		}
		g.nodes[n.name] = n
		g.order = append(g.order, n.name)
	}
	for _, old := range inner.order {
		n := prefixed(old)
		all.all = append(all.all, n)
		if !parent[old] {
			all.last = append(all.last, n)
		}
		if len(g.nodes[n].parents)+len(g.nodes[n].weak) == 0 {
			all.first = append(all.first, n)
		}
	}
	for category, count := range inner.maxJobs {
		if !strings.HasPrefix(category, "+") {
			category = prefixed(category)
		}
		g.maxJobs[category] = count
	}
	for inside, group := range inner.splice {
		for _, list := range []*[]string{&group.first, &group.last, &group.all} {
			for i, other := range *list {
				(*list)[i] = prefixed(other)
			}
		}
		g.splice[prefixed(inside)] = group
	}
	if name != "" {
		g.splice[name].first, g.splice[name].last, g.splice[name].all = all.first, all.last, all.all
	}
	if inner.final != nil && g.final == nil {
		g.final = inner.final
	}
}
