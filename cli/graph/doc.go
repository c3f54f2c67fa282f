// Package graph is the command "depctl graph": Jobs and what they wait for, drawn.
//
//	New           flags -> options: complete, validate, run (graph.go, help.go)
//	model         a snapshot -> the nodes and edges to show (draw.go, package diagram)
//	difference    two diagrams -> what manifests would change (diff.go)
//	draw          a diagram -> text, pictures or data (draw.go, package picture)
//	follow        events -> the same again and again (watch.go, by cluster.LiveWorld, and
//	              package screen or command.Redrawer)
//
// The drawing goes to standard output, and what is said about it (notes.go) to
// standard error, so that a pipe carries the drawing alone.
package graph
