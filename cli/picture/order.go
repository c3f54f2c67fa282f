package picture

import (
	"cmp"
	"slices"
)

// sweeps is how often the layers are ordered by their neighbours, down and up.
// More change nothing in the graphs that people can still read.
const sweeps = 8

// grid is the nodes of one component in layers. An edge that goes past a layer
// has a point in it, one for all that leave the same node.
type grid struct {
	layers [][]int
	// real has the node of the graph for those that are one, -1 for points.
	real          []int
	layer         []int
	before, after [][]int
	at            []int // of a node in its layer
}

// newGrid takes the nodes of a component. It returns nil if there would be more
// than limit nodes and points, where 0 is no limit.
func newGrid(l *links, part, layerOf []int, limit int) *grid {
	g := &grid{}
	index := map[int]int{}
	first := layerOf[part[0]]
	for _, node := range part {
		first = min(first, layerOf[node])
	}
	add := func(real, layer int) int {
		g.real, g.layer = append(g.real, real), append(g.layer, layer)
		g.before, g.after = append(g.before, nil), append(g.after, nil)
		for len(g.layers) <= layer {
			g.layers = append(g.layers, nil)
		}
		g.layers[layer] = append(g.layers[layer], len(g.real)-1)
		return len(g.real) - 1
	}
	for _, node := range part {
		index[node] = add(node, layerOf[node]-first)
	}
	join := func(from, to int) {
		g.after[from] = append(g.after[from], to)
		g.before[to] = append(g.before[to], from)
	}
	for _, node := range part {
		after := slices.Clone(l.after[node])
		slices.SortStableFunc(after, func(a, b int) int { return cmp.Compare(layerOf[a], layerOf[b]) })
		end := index[node]
		for _, to := range after {
			for g.layer[end] < layerOf[to]-first-1 {
				point := add(-1, g.layer[end]+1)
				join(end, point)
				end = point
				if limit > 0 && len(g.real) > limit {
					return nil
				}
			}
			join(end, index[to])
		}
	}
	g.number()
	g.untangle()
	return g
}

func (g *grid) number() {
	g.at = make([]int, len(g.real))
	for _, layer := range g.layers {
		for k, i := range layer {
			g.at[i] = k
		}
	}
}

// untangle orders every layer by the mean place of the neighbours in the one
// before and after it by turns, and keeps the order with the fewest crossings.
func (g *grid) untangle() {
	g.start()
	best, fewest := g.copy(), g.crossings()
	for k := 0; k < sweeps && fewest > 0; k++ {
		if k%2 == 0 {
			for l := 1; l < len(g.layers); l++ {
				g.sort(l, g.before)
			}
		} else {
			for l := len(g.layers) - 2; l >= 0; l-- {
				g.sort(l, g.after)
			}
		}
		if count := g.crossings(); count < fewest {
			best, fewest = g.copy(), count
		}
	}
	g.layers = best
	g.number()
}

// start orders the layers as a walk from the first nodes meets them, so that what
// belongs together stands together.
func (g *grid) start() {
	seen := make([]bool, len(g.real))
	order := make([][]int, len(g.layers))
	var visit func(int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		order[g.layer[i]] = append(order[g.layer[i]], i)
		for _, to := range g.after[i] {
			visit(to)
		}
	}
	for _, layer := range g.layers {
		for _, i := range layer {
			if len(g.before[i]) == 0 {
				visit(i)
			}
		}
	}
	g.layers = order
	g.number()
}

func (g *grid) copy() [][]int {
	layers := make([][]int, len(g.layers))
	for l := range layers {
		layers[l] = slices.Clone(g.layers[l])
	}
	return layers
}

func (g *grid) sort(l int, neighbours [][]int) {
	layer := g.layers[l]
	mean := make(map[int]float64, len(layer))
	for _, i := range layer {
		mean[i] = float64(g.at[i])
		if len(neighbours[i]) > 0 {
			sum := 0
			for _, to := range neighbours[i] {
				sum += g.at[to]
			}
			mean[i] = float64(sum) / float64(len(neighbours[i]))
		}
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
	for k, i := range layer {
		g.at[i] = k
	}
}

// crossings counts the pairs of edges that cross, by inversions: in the order of
// their upper ends, how many lower ends stand beyond one that came before.
func (g *grid) crossings() int {
	count := 0
	for l := 0; l+1 < len(g.layers); l++ {
		width := len(g.layers[l+1])
		tree := make([]int, width+1)
		total := 0
		for _, i := range g.layers[l] {
			places := make([]int, len(g.after[i]))
			for k, to := range g.after[i] {
				places[k] = g.at[to]
			}
			for _, p := range places {
				upTo := 0
				for k := p + 1; k > 0; k -= k & -k {
					upTo += tree[k]
				}
				count += total - upTo
			}
			for _, p := range places {
				for k := p + 1; k <= width; k += k & -k {
					tree[k]++
				}
				total++
			}
		}
	}
	return count
}
