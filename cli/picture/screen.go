package picture

import (
	"fmt"
	"io"
)

// Screen says what the place that text is drawn on can show.
type Screen struct {
	// Width is in columns; 0 means that nothing needs to be cut.
	Width  int
	Colour bool
	Glyphs Glyphs
	// NoHeaders leaves out the line with the columns' names.
	NoHeaders bool
}

// What a terminal is taken to have that does not say, and what people read in a
// picture at most; more is drawn as a tree.
const (
	usualWidth = 80
	mostLines  = 60
	mostNodes  = 40
	mostPoints = 2000
)

// Style is a way to draw in text.
type Style int

// The ways to draw in text.
const (
	// Auto is Layered where that fits, and else Tree.
	Auto Style = iota
	// Layered is boxes and lines.
	Layered
	// Tree has one line for each node, below the last that it waits for, and folds
	// what is too much.
	Tree
	// Wide is Tree with all columns and all Jobs.
	Wide
)

// Text draws a graph for a terminal.
func Text(w io.Writer, g *Graph, style Style, s Screen) error {
	text := ""
	if style != Wide {
		g = g.Fold(mostNodes)
	}
	g = g.sorted()
	if style == Auto || style == Layered {
		text = layered(g, s, style == Layered)
	}
	if text == "" && len(g.Nodes) > 0 {
		text = newTable(g, s, style == Wide).String()
	}
	if g.Title != "" && text != "" && !s.NoHeaders {
		text = OneLine(g.Title) + "\n\n" + text
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("writing the graph: %w", err)
	}
	return nil
}
