package picture

import "slices"

// layout is where everything of a graph stands, as a picture has it: along the
// way that time goes, from left to right or from top to bottom, and across.
type layout struct {
	boxes []area // of the nodes, by index
	paths []path
	along int
	cross int
}

// area is a rectangle.
type area struct{ along, across, length, breadth int }

// point is a place.
type point struct{ along, across int }

// leg is a part of a path. Legs of one net may lie upon each other.
type leg struct {
	net    int
	points []point
}

// path is the line of an edge, from node to node.
type path struct {
	from, to int
	legs     []leg
}

// limits are what a layout must not exceed; 0 is no limit.
type limits struct {
	// cross is how broad a row of components gets.
	cross int
	// points is how many nodes and turning points there may be.
	points int
}

// arrange lays out a graph: every component for itself, and then these beside
// each other as far as they fit. It returns nil if there is too much.
func arrange(l *links, extents []extent, m measure, most limits) *layout {
	whole := &layout{boxes: make([]area, len(extents))}
	layerOf := l.layers()
	nets, shelf := 0, 0
	var edge, depth int
	for k, part := range l.components() {
		g := newGrid(l, part, layerOf, most.points)
		if g == nil {
			return nil
		}
		one := g.arrange(extents, m, &nets)
		if k > 0 && edge+m.gap*2+one.cross > most.cross && most.cross > 0 {
			shelf, edge = depth, 0
		} else if k > 0 {
			edge += m.gap * 2
		}
		if shelf > 0 {
			one.move(m.head+m.track, 0)
		}
		one.move(shelf, edge)
		for n, i := range g.real {
			if i >= 0 {
				whole.boxes[i] = one.boxes[n]
			}
		}
		whole.paths = append(whole.paths, one.paths...)
		edge += one.cross
		depth = max(depth, one.end())
		whole.cross = max(whole.cross, edge)
	}
	whole.along = depth
	return whole
}

func (l *layout) end() int {
	end := 0
	for _, box := range l.boxes {
		end = max(end, box.along+box.length)
	}
	return end
}

func (l *layout) move(along, across int) {
	for i := range l.boxes {
		l.boxes[i].along += along
		l.boxes[i].across += across
	}
	for _, p := range l.paths {
		for _, leg := range p.legs {
			for i := range leg.points {
				leg.points[i].along += along
				leg.points[i].across += across
			}
		}
	}
}

// arrange lays out one component; its boxes are by the grid's numbers.
func (g *grid) arrange(all []extent, m measure, count *int) *layout {
	channels := make([][]*net, len(g.layers))
	ends := make([]int, len(g.real))
	for l := range g.layers {
		channels[l] = g.nets(l)
		for _, n := range channels[l] {
			for _, target := range n.targets {
				ends[target]++
			}
		}
	}
	extents := g.extents(all, ends, m)
	at := g.place(extents, m)
	one := &layout{boxes: make([]area, len(g.real))}
	r := &router{grid: g, at: at, net: map[[2]int]*net{}, number: map[*net]int{}, one: one, m: m}
	along := 0
	for l, layer := range g.layers {
		thick := 0
		for _, i := range layer {
			thick = max(thick, extents[i].along)
		}
		for _, i := range layer {
			e := extents[i]
			length := e.along
			if g.real[i] < 0 {
				length = thick
			}
			one.boxes[i] = area{along, at[i] - e.before, length, e.before + e.after + 1}
			one.cross = max(one.cross, at[i]+e.after+1)
		}
		along += thick
		r.ends = append(r.ends, along)
		connect(channels[l], at, extents, m)
		lanes := tracks(channels[l], at, extents, m)
		for _, n := range channels[l] {
			*count++
			r.number[n] = *count
			for _, source := range n.sources {
				for _, target := range n.targets {
					r.net[[2]int{source, target}] = n
				}
			}
		}
		if l+1 < len(g.layers) {
			along += m.lead + max(lanes, 1)*m.track + m.head
		}
		r.starts = append(r.starts, along)
	}
	r.paths()
	low := one.boxes[0].across
	for _, box := range one.boxes {
		low = min(low, box.across)
	}
	one.move(0, -low)
	one.cross -= low
	return one
}

// extents returns the room of each node and point: enough for as many lines as
// end there.
func (g *grid) extents(all []extent, ends []int, m measure) []extent {
	extents := make([]extent, len(g.real))
	for i, real := range g.real {
		if real < 0 {
			extents[i] = extent{m.pitch, m.pitch, 0}
			continue
		}
		e := all[real]
		if ends[i] > 1 {
			if e.before == e.after {
				e.before = max(e.before, (ends[i]+1)*m.pitch)
				e.after = e.before
			} else {
				e.after = max(e.after, (2*ends[i]-1)*m.pitch)
			}
		}
		extents[i] = e
	}
	return extents
}

// router draws the edges of one component.
type router struct {
	*grid
	at           []int
	net          map[[2]int]*net
	number       map[*net]int
	starts, ends []int // of the layers: where the next one starts, and where it ends itself
	one          *layout
	m            measure
}

func (r *router) paths() {
	for start, real := range r.real {
		if real < 0 {
			continue
		}
		var legs []leg
		for at, last := start, false; !last; {
			last = true
			var point int
			for _, to := range r.after[at] {
				if r.real[to] < 0 {
					point, last = to, false
					continue
				}
				p := path{from: real, to: r.real[to]}
				for _, leg := range legs { // each path has its own points, which are moved later
					leg.points = slices.Clone(leg.points)
					p.legs = append(p.legs, leg)
				}
				p.legs = append(p.legs, r.leg(at, to))
				r.one.paths = append(r.one.paths, p)
			}
			if !last {
				legs = append(legs, r.leg(at, point), r.through(at, point))
				at = point
			}
		}
	}
}

// leg returns the line from a node of one layer to one of the next.
func (r *router) leg(from, to int) leg {
	n, l := r.net[[2]int{from, to}], r.layer[from]
	exit, entry := n.exits[slices.Index(n.sources, from)], n.entries[slices.Index(n.targets, to)]
	box := r.one.boxes[from]
	points := []point{{box.along + box.length, exit}}
	if exit != entry {
		track := r.ends[l] + r.m.lead + n.track*r.m.track
		points = append(points, point{track, exit}, point{track, entry})
	}
	return leg{r.number[n], append(points, point{r.starts[l], entry})}
}

// through returns the line of a point past its layer.
func (r *router) through(from, to int) leg {
	n := r.net[[2]int{from, to}]
	entry, box := n.entries[slices.Index(n.targets, to)], r.one.boxes[to]
	points := []point{{box.along, entry}}
	if exit := r.at[to]; exit != entry {
		middle := box.along + box.length/2
		points = append(points, point{middle, entry}, point{middle, exit})
	}
	return leg{-r.number[n], append(points, point{box.along + box.length, r.at[to]})}
}
