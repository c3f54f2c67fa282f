package picture

import (
	"fmt"
	"math"
	"strings"

	"depctl.dev/gate"
)

// Placement is where everything of a graph stands, for a page that draws it itself. It does not
// depend on how the Jobs stand: as long as nodes and edges are the same, so is this.
type Placement struct {
	// Width and Height are those of the whole, in pixels, as all that follows.
	Width, Height int
	// Nodes are those of the graph, in order, and Boxes where they stand.
	Nodes []Node
	Boxes []Box
	Lines []Line
}

// Box is a rectangle.
type Box struct{ X, Y, Width, Height int }

// Line is an edge between two nodes, by index. Its points are x and y in turn.
type Line struct {
	From, To int
	Edge     Edge
	Points   []int
}

// Place lays out a graph. Its error is an ErrTooLarge.
func Place(g *Graph) (*Placement, error) {
	s, err := newScene(g, unsteady)
	if err != nil {
		return nil, err
	}
	p := &Placement{Nodes: s.graph.Nodes}
	for _, a := range s.layout.boxes {
		at := s.turn(point{a.along, a.across})
		b := Box{int(at.x), int(at.y), a.length, a.breadth}
		if s.downwards {
			b.Width, b.Height = b.Height, b.Width
		}
		p.Boxes = append(p.Boxes, b)
	}
	edges := s.graph.between()
	add := func(from, to int, points []spot) {
		l := Line{From: from, To: to, Edge: edges[[2]string{s.graph.Nodes[from].ID, s.graph.Nodes[to].ID}]}
		for _, at := range points {
			l.Points = append(l.Points, int(math.Round(at.x)), int(math.Round(at.y)))
		}
		p.Lines = append(p.Lines, l)
	}
	for _, way := range s.layout.paths {
		var points []spot
		for _, leg := range way.legs {
			for _, at := range leg.points {
				points = append(points, s.turn(at))
			}
		}
		add(way.from, way.to, straightened(points))
	}
	for _, e := range s.links.back() {
		add(e[0], e[1], s.back(e))
	}
	p.measure()
	return p, nil
}

// measure says how large the whole is, with a margin.
func (p *Placement) measure() {
	for _, b := range p.Boxes {
		p.Width, p.Height = max(p.Width, b.X+b.Width), max(p.Height, b.Y+b.Height)
	}
	for _, l := range p.Lines {
		for i, v := range l.Points {
			if i%2 == 0 {
				p.Width = max(p.Width, v)
			} else {
				p.Height = max(p.Height, v)
			}
		}
	}
	p.Width, p.Height = p.Width+margin, p.Height+margin
}

// unsteady is how large a box must be whatever becomes of a node: its second line is one word and
// two numbers, or is cut.
func unsteady(s *scene, n Node) (width, height int) {
	name := Cut(s.graph.Label(n), 40, "…")
	return s.room(n, max(float64(Width(name)+3)*nameSize, 20*smallSize))
}

// Appearance is how a node looks as it stands.
type Appearance struct {
	// Look is the name of a colour of Palette, and Sign the sign before the name.
	Look, Sign string
	// Text is the line below the name.
	Text string
}

// AppearanceOf returns how a node looks.
func AppearanceOf(n Node) Appearance {
	glyphs := Unicode()
	a := Appearance{Look: lookOf(n).name, Sign: glyphs.Symbols[n.State]}
	switch {
	case n.State == "":
		a.Sign = glyphs.Several
		if a.Text = countWords(n.Counts); len(n.Counts) > 2 {
			a.Text = fmt.Sprintf("%d Jobs", n.total())
		}
	case n.Size > 0:
		a.Text = fmt.Sprintf("%s %d/%d", n.State, n.Done, n.Size)
	default:
		a.Text = strings.TrimSpace(string(n.State) + glyphs.runs(n))
	}
	return a
}

// Look returns the name of the colour of a state, one of Palette.
func Look(state gate.State) string { return looks[lookAt(state)].name }

// Palette returns the colours as custom properties of CSS, light and dark: as the browser wants
// it, or as the attribute data-theme of the root says. --state-NAME is the colour of a state.
func Palette() string {
	var light, dark, states strings.Builder
	for _, name := range []string{"paper", "box", "ink", "soft", "line", "rest"} {
		fmt.Fprintf(&light, "--%s:%s;", name, shades[name][0])
		fmt.Fprintf(&dark, "--%s:%s;", name, shades[name][1])
	}
	for _, l := range looks {
		fmt.Fprintf(&light, "--%s:%s;", l.name, l.light)
		fmt.Fprintf(&dark, "--%s:%s;", l.name, l.dark)
	}
	for _, state := range States {
		fmt.Fprintf(&states, "--state-%s:var(--%s);", state, Look(state))
	}
	return fmt.Sprintf(":root{%s%scolor-scheme:light}\n", light.String(), states.String()) +
		fmt.Sprintf("@media(prefers-color-scheme:dark){:root:not([data-theme=light]){%scolor-scheme:dark}}\n", dark.String()) +
		fmt.Sprintf(":root[data-theme=dark]{%scolor-scheme:dark}\n", dark.String())
}
