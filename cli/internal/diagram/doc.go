// Package diagram makes of Jobs that were read the nodes and edges to draw.
//
//	Of            a world and a Selection -> a Diagram (diagram.go, selection.go)
//	NodeOf        one object (node.go), and a run as a whole (run.go)
//
// It is pure. "depctl graph" and the page of "depctl ui" draw the same.
package diagram
