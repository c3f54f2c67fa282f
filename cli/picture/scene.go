package picture

import (
	"errors"
	"fmt"

	"depctl.dev/lang"
)

// ErrTooLarge says that a graph has too many Jobs, or too long edges, for a
// picture.
var ErrTooLarge = errors.New("too much for one picture; choose Jobs by name, -l or --state, say --collapse namespace, or take -o dot or json")

// ErrTooLargeForPNG says that a graph has no room in a PNG in letters that can be read.
var ErrTooLargeForPNG = errors.New("take -o svg or html, or draw less: JOB with --up and --down, -l, --state or --collapse namespace")

// spot is a place in pixels, from the left and from the top.
type spot struct{ x, y float64 }

// stroke is how a line is drawn: in a shade or the colour of a look.
type stroke struct {
	colour string
	width  float64
	dashed bool
}

// sketch is what a scene is drawn on.
type sketch interface {
	// begin and end stand around what belongs to a node.
	begin(node int, n Node)
	end()
	rect(at spot, width, height, radius float64, fill string, s stroke)
	// path draws lines with rounded turns; edge is the index of its edge, or -1.
	path(edge int, points []spot, s stroke, arrow bool)
	// shape fills a polygon.
	shape(points []spot, colour string)
	text(at spot, text string, size float64, bold bool, colour string)
}

// scene is a graph as a picture in pixels.
type scene struct {
	graph         *Graph
	links         *links
	layout        *layout
	downwards     bool
	width, height float64
	// top is how much room the title takes.
	top       float64
	legendTop float64
	legend    []sample
}

// Sizes in pixels. The letters of a monospaced font are 0.6 of its size wide.
const (
	margin    = 24.0
	nameSize  = 13.0
	smallSize = 11.0
	letter    = 0.602
	boxHeight = 44
	legendRow = 26.0
	titleSize = 15.0
	titleRow  = 28.0
)

var pixels = measure{pitch: 6, gap: 18, track: 12, lead: 16, head: 22}

// mostPixels is how many nodes and turning points a picture has at most.
const mostPixels = 60000

// newScene lays out a graph of boxes of a size, whichever way is nearer to the shape of a screen.
func newScene(g *Graph, size func(*scene, Node) (width, height int)) (*scene, error) {
	s := &scene{graph: g.sorted()}
	s.links = newLinks(s.graph)
	best := 0.0
	for _, downwards := range []bool{false, true} {
		extents := make([]extent, len(s.graph.Nodes))
		for i, n := range s.graph.Nodes {
			width, height := size(s, n)
			if downwards {
				extents[i] = extent{width / 2, width / 2, height}
			} else {
				extents[i] = extent{height / 2, height / 2, width}
			}
		}
		l := arrange(s.links, extents, pixels, limits{cross: 2400, points: mostPixels})
		if l == nil {
			return nil, fmt.Errorf("%d Jobs are %w", len(s.graph.Nodes), ErrTooLarge)
		}
		width, height := float64(l.along), float64(l.cross)
		if downwards {
			width, height = height, width
		}
		if badness := max(width/1.6, height); s.layout == nil || badness < best {
			best = badness
			s.layout, s.downwards, s.width, s.height = l, downwards, width+2*margin, height+2*margin
		}
	}
	if g.Title != "" {
		s.top = titleRow
		s.height += titleRow
		s.width = max(s.width, float64(Width(g.Title))*titleSize*letter+2*margin)
	}
	s.key()
	return s, nil
}

// size returns how large the box of a node is, in pixels.
func (s *scene) size(n Node) (width, height int) {
	name, below := s.texts(n)
	letters := max(float64(len([]rune(name)))*nameSize, float64(len([]rune(below)))*smallSize)
	width, height = s.room(n, letters)
	return max(width, 96), height
}

// room returns how large a box is whose longest line of two has a length.
func (s *scene) room(n Node, line float64) (width, height int) {
	height = boxHeight
	if n.When != "" {
		height += 16
		line = max(line, float64(Width(s.when(n)))*smallSize)
	}
	if n.Size > 0 {
		height += 10
	}
	return (int(line*letter) + 48) / 2 * 2, height
}

func (s *scene) texts(n Node) (name, below string) {
	texts := s.graph.texts(n)
	name = n.Change.sign() + Cut(s.graph.Label(n), 40, "…")
	below = texts[1]
	if n.State == "" {
		name += fmt.Sprintf(" (%d)", n.total())
		below = countWords(n.Counts)
		if len(n.Counts) > 2 {
			below = fmt.Sprintf("%d Jobs", n.total())
		}
		if len(n.Counts) == 0 {
			below = "no Jobs yet"
		}
	}
	return name, below
}

func (s *scene) when(n Node) string { return Cut("if "+n.When, 48, "…") }

func (s *scene) turn(p point) spot {
	if s.downwards {
		return spot{float64(p.across) + margin, float64(p.along) + margin + s.top}
	}
	return spot{float64(p.along) + margin, float64(p.across) + margin + s.top}
}

func (s *scene) draw(on sketch) {
	if s.top > 0 {
		on.text(spot{margin, margin + titleSize - 3}, OneLine(s.graph.Title), titleSize, true, "ink")
	}
	edges := s.graph.between()
	for pass := range 2 { // the longest way lies over the rest
		for k, p := range s.layout.paths {
			e := edges[[2]string{s.graph.Nodes[p.from].ID, s.graph.Nodes[p.to].ID}]
			if e.Critical != (pass == 1) {
				continue
			}
			var points []spot
			for _, leg := range p.legs {
				for _, at := range leg.points {
					points = append(points, s.turn(at))
				}
			}
			on.path(k, straightened(points), strokeOf(e), true)
		}
	}
	for k, e := range s.links.back() {
		line := stroke{"bad", 1.5, true}
		if k >= len(s.links.closing) {
			line = stroke{"line", 1.5, false}
		}
		on.path(len(s.layout.paths)+k, s.back(e), line, true)
	}
	for i, n := range s.graph.Nodes {
		on.begin(i, n)
		s.node(on, n, s.layout.boxes[i])
		on.end()
	}
	s.drawKey(on)
}

func strokeOf(e Edge) stroke {
	st := stroke{"line", 1.5, false}
	if e.Value == lang.False || e.Change == Removed {
		st = stroke{"bad", 1.5, true}
	}
	if e.Change == Added {
		st = stroke{"good", 1.5, false}
	}
	if e.Critical {
		st = stroke{"ink", 3, st.dashed}
	}
	return st
}

// straightened leaves out the points in the middle of a straight line.
func straightened(points []spot) []spot {
	var kept []spot
	for _, p := range points {
		if n := len(kept); n > 0 && kept[n-1] == p {
			continue
		} else if n > 1 && (kept[n-1].x == p.x && kept[n-2].x == p.x || kept[n-1].y == p.y && kept[n-2].y == p.y) {
			kept = kept[:n-1]
		}
		kept = append(kept, p)
	}
	return kept
}

// back returns the line of an edge that closes a cycle, or leads back: around both boxes.
func (s *scene) back(e [2]int) []spot {
	from, to := s.layout.boxes[e[0]], s.layout.boxes[e[1]]
	side := max(from.across+from.breadth, to.across+to.breadth) + 8
	end, start := from.along+from.length, to.along
	a, b := from.across+from.breadth-10, to.across+to.breadth-10
	points := []point{{end, a}, {end + 10, a}, {end + 10, side}, {start - 14, side}, {start - 14, b}, {start, b}}
	spots := make([]spot, len(points))
	for i, p := range points {
		spots[i] = s.turn(p)
	}
	return spots
}

func (s *scene) node(on sketch, n Node, a area) {
	at := s.turn(point{a.along, a.across})
	width, height := float64(a.length), float64(a.breadth)
	if s.downwards {
		width, height = height, width
	}
	look := lookOf(n)
	frame := stroke{look.name, 1.5, look.dashed}
	if n.Critical {
		frame.width = 3
	}
	if n.State == "" {
		on.rect(spot{at.x + 4, at.y + 4}, width, height, 6, "box", frame)
	}
	on.rect(at, width, height, 6, "box", frame)
	name, below := s.texts(n)
	mark(on, n, spot{at.x + 18, at.y + height/2})
	rows := 2.0
	if n.When != "" {
		rows++
	}
	top := at.y + height/2 - rows*8 + 12
	if n.Size > 0 {
		top -= 5
	}
	on.text(spot{at.x + 36, top}, name, nameSize, true, "ink")
	on.text(spot{at.x + 36, top + 16}, below, smallSize, false, "soft")
	if n.When != "" {
		on.text(spot{at.x + 36, top + 32}, s.when(n), smallSize, false, "soft")
	}
	if n.Size > 0 {
		room := width - 48
		bar := spot{at.x + 36, at.y + height - 11}
		on.rect(bar, room, 4, 2, "rest", stroke{})
		done := room * float64(n.Done) / float64(n.Size)
		if done > 0 {
			on.rect(bar, done, 4, 2, "good", stroke{})
		}
		if failed := room * float64(n.Failed) / float64(n.Size); failed > 0 {
			on.rect(spot{bar.x + done, bar.y}, failed, 4, 2, "bad", stroke{})
		}
	}
}
