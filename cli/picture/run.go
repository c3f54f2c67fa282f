package picture

import (
	"slices"

	"depctl.dev/lang"
)

// nameOfRun returns how a run as a whole is called in the graph.
func (g *Graph) nameOfRun(run lang.Ref) string {
	name := "run"
	if run.Run != g.Run {
		name += "@" + run.Run
	}
	if run.Namespace != g.Namespace {
		name = run.Namespace + "/" + name
	}
	return OneLine(name)
}

// isSet reports whether a node stands for what an expression names together.
func (n Node) isSet() bool { return n.Kind == Set || n.Kind == WholeRun }

// lastSteps returns the graph with edges into runs as a whole from their last steps alone:
// all others lead there through these.
func (g *Graph) lastSteps() *Graph {
	runs := map[string]map[string]bool{} // its steps
	for _, n := range g.Nodes {
		if n.Kind == WholeRun {
			runs[n.ID] = map[string]bool{}
		}
	}
	if len(runs) == 0 {
		return g
	}
	after := map[string][]string{}
	for _, e := range g.Edges {
		if e.Member && runs[e.To] != nil {
			runs[e.To][e.From] = true
		} else if e.From != e.To {
			after[e.From] = append(after[e.From], e.To)
		}
	}
	less := *g
	less.Edges = slices.DeleteFunc(slices.Clone(g.Edges), func(e Edge) bool {
		steps := runs[e.To]
		return e.Member && !e.Critical && steps != nil &&
			slices.ContainsFunc(after[e.From], func(to string) bool { return steps[to] && !slices.Contains(after[to], e.From) })
	})
	return &less
}
