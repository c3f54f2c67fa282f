// Package screen is what --watch shows on a terminal: the Jobs as they stand, on a screen that
// one can live in.
//
// Start with Options (screen.go). A follower reads a Frame whenever the cluster has changed
// (follow.go) and sends it to the model, which has what is on the screen (model.go). The model
// is bubbletea's: messages change it (key.go, pane.go), and View draws it (view.go). What keys
// do beside moving is done by depctl's own commands, in a pane: so the screen says what they
// say, in the same words.
//
// The rows are ordered and folded by pure functions (fold.go).
package screen
