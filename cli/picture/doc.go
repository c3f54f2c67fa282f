// Package picture draws Jobs and what they wait for.
//
// It is pure: a Graph goes in, bytes come out, and the same graph in any order
// gives the same bytes. Who may run is decided elsewhere; a Graph says what came
// of that.
//
//	Graph      nodes and edges, sorted (graph.go); folded where there are too many (fold.go)
//	links      edges without those that close a cycle, layers, components (layer.go, cycle.go)
//	grid       the layers in an order in which few edges cross (order.go)
//	place      where each node stands, near to its neighbours (place.go)
//	net        edges that share their lines, and the tracks of these (net.go)
//	layout     boxes and lines in units of any size (layout.go)
//
// The layout is Sugiyama's: a node stands in the layer after the last of its
// prerequisites, an edge past a layer has a point in it, layers are ordered by
// barycentres, and places are the least squares that keep the order. Edges run
// along and across alone. Between two layers the nodes with the same dependents
// share one line, so that a fan-in or a fan-out, or both, is one line with as many
// ends as there are nodes; lines of different nets cross, and never lie upon each
// other.
//
// On a terminal a layout becomes boxes and lines (canvas.go, layered.go, label.go),
// and where that does not fit a tree with columns (tree.go, table.go). For a
// picture it becomes a scene in pixels (scene.go, mark.go), drawn as SVG, PNG or
// in a page of HTML (svg.go, png.go, html.go, about.go). DOT, Mermaid and JSON leave
// the layout to others (export.go, json.go).
package picture
