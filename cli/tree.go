package cli

// row is one line of a tree: a node, and the branches that lead to it.
type row struct {
	node   int
	branch string
}

// deep is how many levels a tree is indented in any case. Below that an only
// child stands under its parent instead of beside it, so that a long chain stays
// on the screen.
const deep = 8

// rows returns the lines of the forest from top to bottom.
func (f *forest) rows(g glyphs) []row {
	rows := make([]row, 0, len(f.children))
	// The parent of the nodes stands at upper, and they at stem.
	var descend func(nodes []int, upper, stem string, level int)
	descend = func(nodes []int, upper, stem string, level int) {
		if level >= deep && len(nodes) == 1 {
			rows = append(rows, row{nodes[0], upper + g.chain})
			descend(f.children[nodes[0]], upper, stem, level)
			return
		}
		for i, node := range nodes {
			fork, below := g.fork, g.stem
			if i == len(nodes)-1 {
				fork, below = g.corner, g.blank
			}
			rows = append(rows, row{node, stem + fork})
			descend(f.children[node], stem, stem+below, level+1)
		}
	}
	for _, root := range f.roots {
		rows = append(rows, row{node: root})
		descend(f.children[root], "", "", 0)
	}
	return rows
}
