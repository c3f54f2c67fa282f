package depgraph

import (
	"slices"

	"depctl.dev/lang"
)

// Layers returns all nodes in the order in which they can run: a node is in
// the first layer if it waits for nothing, and else in the one after the last
// of its prerequisites. Nodes on a cycle, and those behind one, have no layer;
// they are returned apart. Every layer is sorted.
func (g *Graph) Layers() (layers [][]lang.Ref, cyclic []lang.Ref) {
	missing := make(map[lang.Ref]int, len(g.nodes))
	var layer []lang.Ref
	for ref, n := range g.nodes {
		if missing[ref] = len(n.prerequisites); missing[ref] == 0 {
			layer = append(layer, ref)
		}
	}
	placed := 0
	for len(layer) > 0 {
		slices.SortFunc(layer, lang.Ref.Compare)
		layers = append(layers, layer)
		placed += len(layer)
		var next []lang.Ref
		for _, ref := range layer {
			delete(missing, ref)
			for dependent := range g.nodes[ref].dependents {
				if missing[dependent]--; missing[dependent] == 0 {
					next = append(next, dependent)
				}
			}
		}
		layer = next
	}
	if placed < len(g.nodes) {
		for ref := range missing {
			cyclic = append(cyclic, ref)
		}
		slices.SortFunc(cyclic, lang.Ref.Compare)
	}
	return layers, cyclic
}
