package frame

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"depctl.dev/cli/internal/diagram"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// View is what a tab draws.
type View struct {
	// Namespace limits the Jobs to one and to what is waited for there; empty means all.
	Namespace string
	// All draws Jobs without any dependency, too.
	All bool
	// Fold says what is drawn as one: Namespaces, Siblings, or Nothing.
	Fold Fold
	// Open are the IDs of nodes that stand for several, and that are drawn one by one.
	Open []string
}

// Fold says what is drawn as one.
type Fold string

// What is drawn as one: what has the same neighbours where there are many, whole namespaces, or nothing.
const (
	Siblings   Fold = "auto"
	Namespaces Fold = "namespace"
	Nothing    Fold = "none"
)

// mostApart is how many nodes there may be before siblings are folded.
const mostApart = 300

func (v View) diagram(w *snapshot.World) *picture.Graph {
	d := diagram.Of(w, diagram.Selection{Namespace: v.Namespace, Unrelated: v.All, Up: -1, Down: -1})
	d.Namespace = v.Namespace
	switch v.Fold {
	case Nothing:
		return &d.Graph
	case Namespaces:
		return d.Collapse(v.Open...)
	}
	return d.Fold(mostApart, v.Open...)
}

// node is one of the graph, as it stands whatever becomes of the Jobs.
type node struct {
	ID        string       `json:"id"`
	Kind      picture.Kind `json:"kind"`
	Label     string       `json:"label"`
	Namespace string       `json:"ns"`
	X         int          `json:"x"`
	Y         int          `json:"y"`
	Width     int          `json:"w"`
	Height    int          `json:"h"`
	Members   []string     `json:"members,omitempty"`
	When      string       `json:"when,omitempty"`
}

type edge struct {
	From   int    `json:"f"`
	To     int    `json:"t"`
	Points []int  `json:"p"`
	Check  string `json:"c,omitempty"`
}

// graph is a layout as the page draws it.
type graph struct {
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Nodes    []node `json:"nodes"`
	Edges    []edge `json:"edges"`
	TooLarge string `json:"tooLarge,omitempty"`
}

// state is how a node of the graph stands.
type state struct {
	State    gate.State         `json:"s,omitempty"`
	Look     string             `json:"look"`
	Sign     string             `json:"sign"`
	Text     string             `json:"text"`
	Counts   map[gate.State]int `json:"counts,omitempty"`
	Done     int64              `json:"done,omitempty"`
	Size     int64              `json:"size,omitempty"`
	Failed   int64              `json:"failed,omitempty"`
	Critical bool               `json:"crit,omitempty"`
}

func (s state) equal(o state) bool {
	return s.State == o.State && s.Look == o.Look && s.Sign == o.Sign && s.Text == o.Text && maps.Equal(s.Counts, o.Counts) &&
		s.Done == o.Done && s.Size == o.Size && s.Failed == o.Failed && s.Critical == o.Critical
}

// The looks of an edge, as bits.
const (
	onLongestWay = 1 << iota
	neverTrue
	alreadyTrue
)

// drawing is a graph that was laid out, and how all of it stands.
type drawing struct {
	// shape tells graphs with other nodes or edges apart, and text is the layout as JSON. They are
	// the same in all frames with the same layout.
	shape  *shape
	states []state
	looks  []int
}

// shape is a layout, and of what.
type shape struct {
	nodes map[string]int
	edges map[[2]string]string
	order []string
	lines [][2]string
	text  json.RawMessage
}

// draw draws a graph where the one before has been laid out already, unless that was of another
// shape. While it may not be laid out again, what is new is not drawn yet.
func draw(g *picture.Graph, before *drawing, mayLayOut bool) (d *drawing, stale bool, err error) {
	d = &drawing{}
	switch {
	case before == nil:
		d.shape, err = newShape(g)
	case before.shape.is(g):
		d.shape = before.shape
	case mayLayOut:
		d.shape, err = newShape(g)
	default:
		d.shape, stale = before.shape, true
	}
	if err != nil {
		return nil, false, err
	}
	d.states = make([]state, len(d.shape.order))
	if stale {
		copy(d.states, before.states)
	}
	for _, n := range g.Nodes {
		if i, is := d.shape.nodes[n.ID]; is && i < len(d.states) {
			a := picture.AppearanceOf(n)
			d.states[i] = state{State: n.State, Look: a.Look, Sign: a.Sign, Text: a.Text, Counts: n.Counts, Done: n.Done, Size: n.Size, Failed: n.Failed, Critical: n.Critical}
		}
	}
	looks := map[[2]string]int{}
	for _, e := range g.Edges {
		looks[[2]string{e.From, e.To}] |= lookOf(e)
	}
	d.looks = make([]int, len(d.shape.lines))
	for i, line := range d.shape.lines {
		d.looks[i] = looks[line]
	}
	return d, stale, nil
}

func lookOf(e picture.Edge) (look int) {
	if e.Critical {
		look |= onLongestWay
	}
	switch e.Value {
	case lang.False:
		look |= neverTrue
	case lang.True:
		look |= alreadyTrue
	}
	return look
}

// is reports whether a graph has the nodes and edges of a layout.
func (s *shape) is(g *picture.Graph) bool {
	if len(s.nodes) != len(g.Nodes) {
		return false
	}
	for _, n := range g.Nodes {
		if _, there := s.nodes[n.ID]; !there {
			return false
		}
	}
	edges := edgesOf(g)
	return maps.Equal(edges, s.edges)
}

// edgesOf returns what is asked between two nodes.
func edgesOf(g *picture.Graph) map[[2]string]string {
	edges := make(map[[2]string]string, len(g.Edges))
	for _, e := range g.Edges {
		edges[[2]string{e.From, e.To}] += e.Label() + "\n"
	}
	return edges
}

func newShape(g *picture.Graph) (*shape, error) {
	s := &shape{nodes: map[string]int{}, edges: edgesOf(g)}
	out := graph{Nodes: []node{}, Edges: []edge{}}
	p, err := picture.Place(g)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		for _, n := range g.Nodes {
			s.nodes[n.ID] = len(s.nodes)
		}
		out.TooLarge = fmt.Sprintf("%d Jobs are too much for one picture. Fold by namespace, choose one namespace, or use the list.", len(g.Nodes))
		p = &picture.Placement{}
	case err != nil:
		return nil, err
	}
	out.Width, out.Height = p.Width, p.Height
	for i, n := range p.Nodes {
		b := p.Boxes[i]
		s.nodes[n.ID] = i
		s.order = append(s.order, n.ID)
		out.Nodes = append(out.Nodes, node{
			ID: n.ID, Kind: n.Kind, Label: picture.OneLine(g.Label(n)), Namespace: n.Ref.Namespace,
			X: b.X, Y: b.Y, Width: b.Width, Height: b.Height, Members: n.Members, When: n.When,
		})
	}
	for _, l := range p.Lines {
		s.lines = append(s.lines, [2]string{p.Nodes[l.From].ID, p.Nodes[l.To].ID})
		out.Edges = append(out.Edges, edge{From: l.From, To: l.To, Points: l.Points, Check: l.Edge.Label()})
	}
	s.text, err = json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("writing the graph for the page: %w", err)
	}
	return s, nil
}
