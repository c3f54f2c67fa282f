// Package get is "depctl get": Jobs, a line each, as kubectl lists objects.
//
// The rows come from package listing. table.go prints them for people, and item.go and
// output.go for programs; watch.go prints those that change.
package get
