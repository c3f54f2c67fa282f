package picture

import (
	"slices"
	"strings"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// turning is how a layout becomes rows and columns.
type turning struct {
	measure
	// downwards says that time goes from top to bottom.
	downwards bool
	// brief says that boxes have one line of text.
	brief bool
	// label is how many columns a name gets.
	label int
}

// turnings are the ways to lay out boxes, the most telling first; of those that
// are equally telling the one with the fewest lines is taken. Where names would
// have to be cut, a tree says more.
var turnings = [][]turning{
	{rightwards(32), downwards(32, false)},
	{downwards(32, true)},
}

func downwards(label int, brief bool) turning {
	return turning{measure{pitch: 1, gap: 2, track: 1, lead: 0, head: 1}, true, brief, label}
}

func rightwards(label int) turning {
	return turning{measure{pitch: 1, gap: 1, track: 2, lead: 1, head: 2}, false, false, label}
}

// layered draws boxes and lines; it returns nothing where that does not fit, or
// is more than people can follow, unless it is forced to.
func layered(g *Graph, s Screen, forced bool) string {
	if len(g.Nodes) > mostNodes && !forced {
		return ""
	}
	width := s.Width
	if width == 0 {
		width = usualWidth
	}
	l := newLinks(g)
	for k, alike := range turnings {
		best, fewest := "", 0
		for _, t := range alike {
			d := newDrawing(g, l, t, s.Glyphs, width)
			if d == nil {
				continue
			}
			last := forced && k == len(turnings)-1
			if !last && (d.width() > width || len(d.canvas.rows) > mostLines) {
				continue
			}
			if best == "" || len(d.canvas.rows) < fewest {
				best, fewest = d.canvas.String(s.Colour), len(d.canvas.rows)
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

// drawing is a layout in signs.
type drawing struct {
	*turning
	graph  *Graph
	canvas *canvas
	texts  [][]string
}

func newDrawing(g *Graph, l *links, t turning, glyphs Glyphs, width int) *drawing {
	d := &drawing{&t, g, &canvas{glyphs: glyphs}, make([][]string, len(g.Nodes))}
	extents := make([]extent, len(g.Nodes))
	for i, n := range g.Nodes {
		d.texts[i] = d.lines(n)
		columns := 0
		for _, line := range d.texts[i] {
			columns = max(columns, Width(line))
		}
		rows := len(d.texts[i]) + 2
		if columns += 4; t.downwards {
			half := columns / 2
			extents[i] = extent{half, half, rows}
		} else {
			extents[i] = extent{1, rows - 2, columns}
		}
	}
	most := limits{points: mostPoints}
	if t.downwards {
		most.cross = width
	}
	placed := arrange(l, extents, t.measure, most)
	if placed == nil {
		return nil
	}
	d.draw(placed)
	d.below(l)
	return d
}

func (d *drawing) width() int {
	width := 0
	for _, row := range d.canvas.rows {
		width = max(width, len(row))
	}
	return width
}

func (d *drawing) turn(p point) (x, y int) {
	if d.downwards {
		return p.across, p.along
	}
	return p.along, p.across
}

func (d *drawing) draw(l *layout) {
	edges := d.graph.between()
	order := make([]int, len(l.paths))
	for i := range order {
		order[i] = i
	}
	at := func(i int) Edge {
		p := l.paths[i]
		return edges[[2]string{d.graph.Nodes[p.from].ID, d.graph.Nodes[p.to].ID}]
	}
	// What matters most is drawn last, over what it shares lines with.
	slices.SortStableFunc(order, func(a, b int) int { return weightOf(at(a)) - weightOf(at(b)) })
	for _, i := range order {
		e := at(i)
		weight, colour := uint8(1), edgeColour(e)
		if e.Critical {
			weight = 2
		}
		p := l.paths[i]
		for k, leg := range p.legs {
			d.leg(leg, weight, colour, k == len(p.legs)-1)
		}
	}
	for i, box := range l.boxes {
		d.box(d.graph.Nodes[i], d.texts[i], box)
	}
}

func (d *drawing) leg(leg leg, weight uint8, colour string, last bool) {
	for k := 1; k < len(leg.points); k++ {
		x1, y1 := d.turn(leg.points[k-1])
		x2, y2 := d.turn(leg.points[k])
		// A line starts at the frame that it leaves, or at the one before it.
		if k == 1 {
			x1, y1 = d.turn(point{leg.points[0].along - 1, leg.points[0].across})
		}
		if k == len(leg.points)-1 {
			x2, y2 = d.turn(point{leg.points[k].along - 1, leg.points[k].across})
			if last {
				head := d.canvas.glyphs.right
				if d.downwards {
					head = d.canvas.glyphs.down
				}
				d.canvas.line(x1, y1, x2, y2, weight, leg.net, colour)
				d.canvas.at(x2, y2).text = head
				continue
			}
		}
		d.canvas.line(x1, y1, x2, y2, weight, leg.net, colour)
	}
}

func (d *drawing) box(n Node, texts []string, a area) {
	x, y := d.turn(point{a.along, a.across})
	width, height := a.breadth, a.length
	if !d.downwards {
		width, height = height, width
	}
	weight := uint8(1)
	if n.Critical {
		weight = 2
	}
	colour := Colour(n.State)
	if n.State == "" {
		colour = Colour(worst(n.Counts))
	}
	d.canvas.box(x, y, width, height, weight, colour)
	for k, text := range texts {
		d.canvas.write(x+2, y+1+k, text, colour)
	}
}

// below writes what boxes and lines cannot show under them: edges that close a
// cycle or lead back to another run, and what the symbols in counts mean.
func (d *drawing) below(l *links) {
	y := len(d.canvas.rows)
	if len(l.back()) > 0 {
		y++
	}
	for _, e := range l.closing {
		d.canvas.write(0, y, d.canvas.glyphs.Again+" "+d.hop(e), red)
		y++
	}
	edges := d.graph.between()
	for _, e := range l.backward {
		text := d.hop(e)
		if runs := edges[[2]string{d.graph.Nodes[e[0]].ID, d.graph.Nodes[e[1]].ID}].runs(); runs != "" {
			text += ": " + runs
		}
		d.canvas.write(0, y, text, faint)
		y++
	}
	counted := map[gate.State]bool{}
	for _, n := range d.graph.Nodes {
		for state := range n.Counts {
			counted[state] = true
		}
	}
	var legend []string
	for _, state := range States {
		if counted[state] {
			legend = append(legend, d.canvas.glyphs.Symbols[state]+" "+string(state))
		}
	}
	if len(legend) > 0 {
		d.canvas.write(0, y+1, strings.Join(legend, "  "), faint)
	}
}

// hop says from where to where an edge leads.
func (d *drawing) hop(e [2]int) string {
	return d.graph.Label(d.graph.Nodes[e[0]]) + " " + d.canvas.glyphs.Into + " " + d.graph.Label(d.graph.Nodes[e[1]])
}

// weightOf says how much an edge matters.
func weightOf(e Edge) int {
	weight := 0
	switch e.Value {
	case lang.Unknown:
		weight = 1
	case lang.False:
		weight = 2
	}
	if e.Critical {
		weight += 3
	}
	return weight
}

func edgeColour(e Edge) string {
	switch {
	case e.Change == Added:
		return green
	case e.Change == Removed, e.Value == lang.False:
		return red
	case e.Value == lang.True:
		return faint
	}
	return ""
}

// between returns, of all edges between two nodes, the one that matters most.
func (g *Graph) between() map[[2]string]Edge {
	edges := make(map[[2]string]Edge, len(g.Edges))
	for _, e := range g.Edges {
		key := [2]string{e.From, e.To}
		if other, again := edges[key]; !again || weightOf(e) > weightOf(other) {
			edges[key] = e
		}
	}
	return edges
}

// worst returns the state that wants a person most, of several.
func worst(counts map[gate.State]int) gate.State {
	for k := len(States) - 1; k >= 0; k-- {
		if state := States[k]; counts[state] > 0 && wantsPerson(state) {
			return state
		}
	}
	if len(counts) == 1 {
		for state := range counts {
			return state
		}
	}
	return ""
}
