package picture

import "slices"

// Cycles returns the cycles of a graph, each from its smallest node on, every
// Job followed by one that it waits for. No Job is in two: the first one says
// enough about a knot.
func (g *Graph) Cycles() [][]string {
	s := g.sorted()
	on := map[int]bool{}
	var cycles [][]string
	for _, path := range newLinks(s).cycles {
		if slices.ContainsFunc(path, func(i int) bool { return on[i] }) {
			continue
		}
		slices.Reverse(path)
		first := slices.Index(path, slices.Min(path))
		var names []string
		for i := range path {
			node := path[(first+i)%len(path)]
			if on[node] = true; !s.Nodes[node].isSet() {
				names = append(names, s.Nodes[node].ID)
			}
		}
		cycles = append(cycles, names)
	}
	return cycles
}
