package picture

import "slices"

// measure is in which unit a layout counts. Along is the way that time goes, from
// layer to layer; across is the other.
type measure struct {
	// pitch is how far lines stand apart at least, across.
	pitch int
	// gap is from the last row or column of a node to the first of the next one in
	// its layer: 1 leaves nothing free.
	gap int
	// track is how far lines stand apart along, lead what is kept free before the
	// first, and head what an arrow takes.
	track, lead, head int
}

// extent is how much room a node takes: across, before and after the axis where
// its edges leave, and along.
type extent struct{ before, after, along int }

// place returns where the axis of each node is, across: as near to its
// neighbours as the order allows, in multiples of two pitches.
func (g *grid) place(extents []extent, m measure) []int {
	at := make([]float64, len(g.real))
	for _, layer := range g.layers {
		edge := 0
		for _, i := range layer {
			edge += extents[i].before
			at[i] = float64(edge)
			edge += extents[i].after + m.gap
		}
	}
	const rounds = 8
	for k := range rounds {
		for n := range g.layers {
			l := n
			if k%2 == 1 {
				l = len(g.layers) - 1 - n
			}
			g.pull(l, at, extents, m, k, k >= rounds-2)
		}
	}
	return g.round(at, extents, m)
}

// pull moves the nodes of a layer towards the mean of their neighbours on the
// side that was placed before, or on both.
func (g *grid) pull(l int, at []float64, extents []extent, m measure, round int, both bool) {
	layer := g.layers[l]
	wanted, weights, apart := make([]float64, len(layer)), make([]float64, len(layer)), make([]float64, len(layer))
	for k, i := range layer {
		sum, total := at[i]*0.01, 0.01
		add := func(neighbours []int) {
			for _, to := range neighbours {
				weight := g.pullOf(i, to)
				sum, total = sum+weight*at[to], total+weight
			}
		}
		if both || round%2 == 0 {
			add(g.before[i])
		}
		if both || round%2 == 1 {
			add(g.after[i])
		}
		wanted[k], weights[k] = sum/total, total
		if k > 0 {
			apart[k] = float64(extents[layer[k-1]].after + m.gap + extents[i].before)
		}
	}
	for k, x := range spread(wanted, weights, apart) {
		at[layer[k]] = x
	}
}

// pullOf is how much two neighbours want to be in line: long edges should be
// straight above all.
func (g *grid) pullOf(a, b int) float64 {
	switch {
	case g.real[a] < 0 && g.real[b] < 0:
		return 8
	case g.real[a] < 0 || g.real[b] < 0:
		return 2
	default:
		return 1
	}
}

// spread returns the places in order that are nearest to those that are wanted,
// by the sum of the weighted squares, and stand apart as they must. It pools
// neighbours that are in each other's way.
func spread(wanted, weights, apart []float64) []float64 {
	type pool struct {
		mean, weight float64
		count        int
	}
	var pools []pool
	offset := make([]float64, len(wanted))
	for k := range wanted {
		if k > 0 {
			offset[k] = offset[k-1] + apart[k]
		}
		pools = append(pools, pool{wanted[k] - offset[k], weights[k], 1})
		for n := len(pools); n > 1 && pools[n-2].mean > pools[n-1].mean; n = len(pools) {
			a, b := pools[n-2], pools[n-1]
			weight := a.weight + b.weight
			pools[n-2] = pool{(a.mean*a.weight + b.mean*b.weight) / weight, weight, a.count + b.count}
			pools = pools[:n-1]
		}
	}
	places := make([]float64, 0, len(wanted))
	for _, p := range pools {
		for range p.count {
			places = append(places, p.mean+offset[len(places)])
		}
	}
	return places
}

// round moves all places to multiples of two pitches, with the first edge of any
// node at 0 or a little more.
func (g *grid) round(at []float64, extents []extent, m measure) []int {
	unit := 2 * m.pitch
	low := 0.0
	for i := range at {
		if edge := at[i] - float64(extents[i].before); i == 0 || edge < low {
			low = edge
		}
	}
	placed := make([]int, len(at))
	least := 0
	for _, layer := range g.layers {
		end := 0
		for k, i := range layer {
			x := int((at[i]-low)/float64(unit)+0.5) * unit
			if from := end + extents[i].before; k > 0 && x < from || x < extents[i].before {
				x = (max(from, extents[i].before) + unit - 1) / unit * unit
			}
			placed[i] = x
			end = x + extents[i].after + m.gap
		}
	}
	for i := range placed {
		if edge := placed[i] - extents[i].before; i == 0 || edge < least {
			least = edge
		}
	}
	for i := range placed {
		placed[i] -= least / unit * unit
	}
	return slices.Clip(placed)
}
