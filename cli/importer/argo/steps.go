package argo

import "depctl.dev/cli/importer/output"

// steps expands a template of steps: groups, one after another.
func (w *workflow) steps(c call, n *node, guard *output.Expr) {
	nodes := map[string]*node{}
	depends := guard
	for _, group := range n.template.list("steps") {
		items := group.list()
		if len(items) == 0 && len(group.keys()) > 0 {
			items = []tree{group}
		}
		inside := scope{n.inside.w, n.inside.values, nodes}
		var ends []*output.Expr
		added := map[string]*node{}
		for _, item := range items {
			t := &task{tree: item, name: item.text("name")}
			t.node = w.task(c, t, inside, depends)
			added[t.name] = t.node
			n.jobs = append(n.jobs, t.node.jobs...)
			n.jobs = append(n.jobs, t.node.exits...)
			ends = append(ends, t.node.okay(t.continues(t.node)...), t.node.handled())
		}
		next := make(map[string]*node, len(nodes)+len(added))
		for name, one := range nodes {
			next[name] = one
		}
		for name, one := range added {
			next[name] = one
		}
		nodes = next
		if end := output.All(ends...); !end.IsTrue() {
			depends = end
		}
	}
	n.inside.nodes = nodes
	n.success = depends
}
