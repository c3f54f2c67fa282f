package depgraph

import (
	"iter"

	"depctl.dev/lang"
)

// link makes an expression that of a node, with the edges that it names.
func (g *Graph) link(one *node, expr *lang.Expr) {
	if one.expr == expr {
		return
	}
	g.unlink(one)
	if one.expr = expr; expr == nil {
		return
	}
	defer g.unrankBefore(one)
	if names := expr.Names(); names != nil {
		one.names = make([]edge, 0, len(names))
		for _, ref := range names {
			g.name(one, ref.Resolve(one.ref()).Object())
		}
		g.count(one)
		return
	}
	for _, check := range expr.Checks() {
		for i := range check.Targets {
			target := &check.Targets[i]
			switch ref := target.Ref.Resolve(one.ref()); {
			case target.Self:
			case ref.IsSet():
				g.join(one, ref, check.Before)
			default:
				g.name(one, ref.Object())
			}
		}
	}
	g.addCountChecks(one)
}

// name adds the edge to what an expression names. All edges of a node are made
// in one go, so one that is there already is the last.
func (g *Graph) name(one *node, ref lang.Ref) {
	to := g.node(ref)
	if last := len(to.dependents) - 1; last >= 0 && to.dependents[last].node == one.id {
		return
	}
	to.dependents = append(to.dependents, edge{one.id, uint32(len(one.names))})
	one.names = append(one.names, edge{to.id, uint32(len(to.dependents) - 1)})
	g.charge(to)
}

// unlink removes the edges that lead to a node.
func (g *Graph) unlink(one *node) {
	g.unrankBefore(one)
	for _, e := range one.names {
		from := g.all[e.node]
		last := len(from.dependents) - 1
		moved := from.dependents[last]
		from.dependents[e.at] = moved
		g.all[moved.node].names[moved.at].at = e.at
		if from.dependents = from.dependents[:last]; last == 0 {
			from.dependents = nil
		}
		g.charge(from)
		if from != one {
			g.drop(from)
		}
	}
	one.dropCountChecks()
	for _, in := range one.sets {
		g.leave(one, in.set)
	}
	one.expr, one.names, one.sets, one.unmetCount = nil, nil, nil, unmetCount{}
}

// prerequisites yields what a node waits for, by name and then by its sets,
// with repetitions.
func (g *Graph) prerequisites(one *node) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		for _, e := range one.names {
			if !yield(g.all[e.node]) {
				return
			}
		}
		for _, in := range one.sets {
			for _, member := range in.set.members {
				if member != one && !yield(member) {
					return
				}
			}
		}
	}
}

// dependents visits those that wait for a node, by name and by a set, with
// repetitions.
func (g *Graph) dependents(one *node, visit func(*node)) {
	for _, e := range one.dependents {
		visit(g.all[e.node])
	}
	g.setDependents(one, visit)
}
