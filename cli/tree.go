package cli

// row is one line of a tree: a node, and the branches that lead to it.
type row struct {
	node   int
	branch string
}

// rows returns the lines of the forest from top to bottom.
func (f *forest) rows(g glyphs) []row {
	rows := make([]row, 0, len(f.children))
	var descend func(nodes []int, stem string)
	descend = func(nodes []int, stem string) {
		for i, node := range nodes {
			fork, below := g.fork, g.stem
			if i == len(nodes)-1 {
				fork, below = g.corner, g.blank
			}
			rows = append(rows, row{node, stem + fork})
			descend(f.children[node], stem+below)
		}
	}
	for _, root := range f.roots {
		rows = append(rows, row{node: root})
		descend(f.children[root], "")
	}
	return rows
}
