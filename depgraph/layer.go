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
	missing := make(map[lang.Ref]int, g.nodes)
	dependents := make(map[lang.Ref][]lang.Ref, g.nodes)
	var layer []lang.Ref
	for _, ref := range g.Refs() {
		prerequisites := g.Prerequisites(ref)
		for _, prerequisite := range prerequisites {
			dependents[prerequisite] = append(dependents[prerequisite], ref)
		}
		if missing[ref] = len(prerequisites); missing[ref] == 0 {
			layer = append(layer, ref)
		}
	}
	for len(layer) > 0 {
		layers = append(layers, layer)
		var next []lang.Ref
		for _, ref := range layer {
			delete(missing, ref)
			for _, dependent := range dependents[ref] {
				if missing[dependent]--; missing[dependent] == 0 {
					next = append(next, dependent)
				}
			}
		}
		slices.SortFunc(next, lang.Ref.Compare)
		layer = next
	}
	for ref := range missing {
		cyclic = append(cyclic, ref)
	}
	slices.SortFunc(cyclic, lang.Ref.Compare)
	return layers, cyclic
}
