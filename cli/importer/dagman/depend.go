package dagman

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/importer/output"
)

// succeeded is true once a node has: DAGMan goes by all of its Jobs.
func (n *node) succeeded() *output.Expr {
	if n.tolerance != "" && n.size > 0 {
		return output.Count("succeeded", []string{n.jobs[0] + "[*]"}, ">= "+n.least())
	}
	var all []*output.Expr
	for _, job := range n.jobs {
		all = append(all, output.Succeeded(job))
	}
	return output.All(all...)
}

// least is how many elements must succeed.
func (n *node) least() string {
	if percent, ok := strings.CutSuffix(n.tolerance, "%"); ok {
		p, _ := strconv.ParseFloat(percent, 64)
		return fmt.Sprint(n.size - int(math.Floor(p*float64(n.size)/100)))
	}
	tolerated, _ := strconv.Atoi(n.tolerance)
	return fmt.Sprint(max(0, n.size-tolerated))
}

// ran is true once a node has run, however it ended.
func (n *node) ran() *output.Expr {
	var all []*output.Expr
	for _, job := range n.jobs {
		all = append(all, output.Any(output.Succeeded(job), output.Failed(job)))
	}
	return output.All(all...)
}

// expression is what a node waits for. What is done is waited for by nobody.
func (g *graph) expression(n *node) *output.Expr {
	var all []*output.Expr
	if n.final {
		for _, name := range g.order {
			if other := g.nodes[name]; other != n {
				for _, job := range other.jobs {
					all = append(all, output.Finished(job))
				}
			}
		}
		return output.All(all...)
	}
	for _, name := range n.parents {
		all = append(all, g.nodes[name].succeeded())
	}
	for _, name := range n.weak {
		if !slices.Contains(n.parents, name) { // a strong edge says more
			all = append(all, g.nodes[name].ran())
		}
	}
	return output.All(all...)
}

// sorted returns the nodes, each after its parents, and what waits for itself.
func (g *graph) sorted() (order, circle []string) {
	state := map[string]int{}
	var visit func(name string, way []string)
	visit = func(name string, way []string) {
		if state[name] == 2 || circle != nil {
			return
		}
		if state[name] == 1 {
			circle = append(way[slices.Index(way, name):], name)
			return
		}
		state[name] = 1
		for _, parent := range slices.Concat(g.nodes[name].parents, g.nodes[name].weak) {
			visit(parent, append(way, name))
		}
		state[name] = 2
		order = append(order, name)
	}
	for _, name := range g.order {
		if !g.nodes[name].final {
			visit(name, nil)
		}
	}
	if g.final != nil {
		order = append(order, g.final.name)
	}
	return order, circle
}

// strangers are the nodes that neither come before a node nor wait for it, which an abort
// would keep from running.
func (g *graph) strangers(n *node) []string {
	related := map[string]bool{n.name: true}
	var up func(name string)
	up = func(name string) {
		for _, parent := range slices.Concat(g.nodes[name].parents, g.nodes[name].weak) {
			if !related[parent] {
				related[parent] = true
				up(parent)
			}
		}
	}
	up(n.name)
	below := map[string]bool{n.name: true}
	order, _ := g.sorted()
	for _, name := range order {
		for _, parent := range g.nodes[name].parents {
			if below[parent] {
				below[name], related[name] = true, true
			}
		}
	}
	var others []string
	for _, name := range g.order {
		if !related[name] && !g.nodes[name].final && !g.nodes[name].done {
			others = append(others, name)
		}
	}
	return others
}
