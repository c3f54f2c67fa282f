// Package frame makes what the page of depctl ui shows at a moment, and what changes from one
// moment to another.
//
//	Of            a world, its rows and the Frame before -> a Frame (frame.go, row.go, drawing.go)
//	Frame.Whole   all of it, as the page is sent it first (delta.go)
//	Frame.Since   what is other than in an earlier Frame (delta.go)
//
// It is pure. A page that takes in what Since returns has what Whole would have sent; a tab that
// reads slowly leaves out frames, so nothing ever queues up for it. The layout is renewed only
// where nodes or edges have changed.
package frame
