package picture

import (
	"cmp"
	"slices"

	"depctl.dev/gate"
)

// forest is the nodes of a graph, each once, below the prerequisite that comes
// last on the way from a root.
type forest struct {
	roots    []int
	children [][]int
	// below has, for each node, the states of it and all below it.
	below []map[gate.State]int
}

// newForest puts each node below its deepest prerequisite, the smallest of those
// that are equally deep. The depth of a node is the length of the longest way to
// it from a root.
func newForest(g *Graph, l *links) *forest {
	f := &forest{children: make([][]int, len(g.Nodes)), below: make([]map[gate.State]int, len(g.Nodes))}
	depth := make([]int, len(g.Nodes))
	parent := make([]int, len(g.Nodes))
	order := l.order()
	for _, i := range order {
		parent[i] = -1
		for _, p := range l.before[i] {
			if at := depth[p] + 1; at > depth[i] || at == depth[i] && p < parent[i] {
				depth[i], parent[i] = at, p
			}
		}
	}
	for i, p := range parent {
		if p < 0 {
			f.roots = append(f.roots, i)
		} else {
			f.children[p] = append(f.children[p], i)
		}
	}
	for _, i := range slices.Backward(order) {
		f.below[i] = map[gate.State]int{}
		add(f.below[i], g.Nodes[i].states())
		for _, child := range f.children[i] {
			add(f.below[i], f.below[child])
		}
	}
	return f
}

func add(to, counts map[gate.State]int) {
	for state, count := range counts {
		to[state] += count
	}
}

// row is one line of a tree: a node and the branches that lead to it, or, where
// node is less than 0, how many Jobs are not shown there.
type row struct {
	node   int
	branch string
	folded map[gate.State]int
}

// What a tree shows: so many lines, and of so many siblings each. The rest is
// counted.
const (
	mostRows     = 60
	mostSiblings = 12
)

// deep is how many levels a tree is indented in any case. Below that an only
// child stands under its parent instead of beside it, so that a long chain stays
// on the screen.
const deep = 8

// level is the children of a node that are shown, and the count of the others.
type level struct {
	shown  []int
	folded map[gate.State]int
}

// levels returns what is shown below each node that is opened, and below -1 the
// roots. Those with something below that wants a person are opened first, and
// then the upper ones.
func (f *forest) levels(all bool) map[int]level {
	levels := map[int]level{}
	if all || len(f.children) <= mostRows {
		levels[-1] = level{shown: f.roots}
		for i, children := range f.children {
			levels[i] = level{shown: children}
		}
		return levels
	}
	f.open(levels, -1, f.roots, mostRows/4)
	rows := f.cost(levels[-1])
	next := slices.Clone(levels[-1].shown)
	for len(next) > 0 {
		slices.SortStableFunc(next, f.urgent)
		i := next[0]
		next = next[1:]
		if len(f.children[i]) == 0 {
			continue
		}
		levels[i] = level{folded: f.sum(f.children[i])}
		for _, most := range []int{mostSiblings, mostSiblings / 4} {
			trial := map[int]level{}
			f.open(trial, i, f.children[i], most)
			if cost := f.cost(trial[i]) - 1; rows+cost <= mostRows {
				rows += cost
				levels[i] = trial[i]
				next = append(next, trial[i].shown...)
				break
			}
		}
	}
	return levels
}

func (f *forest) open(levels map[int]level, node int, children []int, most int) {
	if len(children) <= most {
		levels[node] = level{shown: children}
		return
	}
	first := slices.Clone(children)
	slices.SortStableFunc(first, f.urgent)
	shown := slices.Clone(first[:most-1])
	slices.Sort(shown)
	levels[node] = level{shown, f.sum(first[most-1:])}
}

// cost is how many lines a level takes while nothing below it is opened.
func (f *forest) cost(l level) int {
	rows := len(l.shown)
	for _, i := range l.shown {
		if len(f.children[i]) > 0 {
			rows++
		}
	}
	if len(l.folded) > 0 {
		rows++
	}
	return rows
}

func (f *forest) sum(nodes []int) map[gate.State]int {
	counts := map[gate.State]int{}
	for _, i := range nodes {
		add(counts, f.below[i])
	}
	return counts
}

func (f *forest) urgent(a, b int) int { return cmp.Compare(f.rank(a), f.rank(b)) }

func (f *forest) rank(i int) int {
	for state := range f.below[i] {
		if wantsPerson(state) {
			return 0
		}
	}
	return 1
}

// rows returns the lines of the forest from top to bottom.
func (f *forest) rows(g Glyphs, all bool) []row {
	levels := f.levels(all)
	rows := make([]row, 0, min(len(f.children), mostRows))
	// The parent of the nodes stands at upper, and they at stem.
	var descend func(l level, upper, stem string, depth int)
	descend = func(l level, upper, stem string, depth int) {
		if depth >= deep && len(l.shown) == 1 && len(l.folded) == 0 {
			rows = append(rows, row{node: l.shown[0], branch: upper + g.Chain})
			descend(levels[l.shown[0]], upper, stem, depth)
			return
		}
		for i, node := range l.shown {
			fork, below := g.Fork, g.Stem
			if i == len(l.shown)-1 && len(l.folded) == 0 {
				fork, below = g.Corner, g.Blank
			}
			rows = append(rows, row{node: node, branch: stem + fork})
			descend(levels[node], stem, stem+below, depth+1)
		}
		if len(l.folded) > 0 {
			rows = append(rows, row{node: -1, branch: stem + g.Corner, folded: l.folded})
		}
	}
	for _, root := range levels[-1].shown {
		rows = append(rows, row{node: root})
		descend(levels[root], "", "", 0)
	}
	if folded := levels[-1].folded; len(folded) > 0 {
		rows = append(rows, row{node: -1, folded: folded})
	}
	return rows
}
