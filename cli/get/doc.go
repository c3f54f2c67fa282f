// Package get is "depctl get": Jobs, a line each, as kubectl lists objects.
//
// The rows come from package listing. output.go prints them, of which item.go has the form for
// programs; watch.go prints those that change. raw.go prints one object itself.
package get
